import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExecutionContext } from 'ava'
import { BrowserPage, texts, type View } from '../ui/browser-page.js'
import { paintedTexts, parseColour, ratio } from '../ui/contrast.js'
import { pageOf, reportCases } from '../report/cases.js'
import { withBrowser } from '../ui/with-browser.js'

const { browser, inBrowser } = withBrowser()

const desktop: View = { width: 1100 }
const phone: View = { width: 360, height: 740 }

/** Opens a case's page as a file. */
async function opened(t: ExecutionContext, name: string, view: View): Promise<BrowserPage> {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-page-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'report.html')
  await writeFile(file, pageOf(name))
  const page = await BrowserPage.in(browser(), view)
  await page.open(String(pathToFileURL(file)))
  t.deepEqual(page.requests, [String(pathToFileURL(file))], `${name}: asks for nothing but itself`)
  return page
}

inBrowser('no page complains, runs anything, or is wider than a phone', async t => {
  for (const { name } of reportCases) {
    const page = await opened(t, name, phone)
    for (const view of [phone, { ...phone, width: 320 }, desktop]) {
      await page.show(view)
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
      t.true(
        (await page.evaluate<number>('document.documentElement.scrollWidth')) <= view.width,
        `${name} at ${view.width}`,
      )
      // Nor does anything lie beyond the edge where nobody can scroll to it.
      t.deepEqual(
        await page.evaluate(
          `[...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && !one.closest('.scroll, pre, svg, thead') && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 200))`,
        ),
        [],
        name,
      )
    }
    t.is(await page.evaluate('document.scripts.length + document.images.length'), 0)
    t.deepEqual(page.console, [], name)
    await page.close()
  }
})

inBrowser('a healthy cluster: title, who holds the address, and an assertion a row', async t => {
  const page = await opened(t, 'healthy', desktop)
  t.is(await page.evaluate('document.title'), 'In sync: pacemaker1 - ha-run')
  t.is(await page.evaluate('document.documentElement.lang'), 'en')
  t.deepEqual(
    await page.evaluate(
      `[...document.querySelectorAll('.wide .node')].filter(one => one.querySelector('.tab')).map(one => one.dataset.node)`,
    ),
    ['node1'],
  )
  t.deepEqual(await page.evaluate(texts('.wide .node .on-tab')), ['192.168.0.10'])
  t.deepEqual(await page.evaluate(texts('.wide [data-node="node1"] .resource')), ['FloatIP', 'WebSite'])
  const rows = await page.evaluate<string[]>(texts('.assertions tbody tr'))
  t.is(rows.length, 12)
  t.true(
    rows.some(row =>
      row.startsWith(
        '✔ ok the floating IP is on one node Exactly one kernel answers for the address. 192.168.0.10 on eth0 of node1',
      ),
    ),
  )
  t.is(
    await page.evaluate('[...document.querySelectorAll("details table")].filter(one => one.checkVisibility()).length'),
    0,
    'what is in sync is folded',
  )
})

inBrowser('what a card says stays within the card', async t => {
  for (const name of ['sixteen-nodes', 'hostile', 'failed-site']) {
    const page = await opened(t, name, desktop)
    t.deepEqual(
      await page.evaluate(
        `[...document.querySelectorAll('.wide .node text')].filter(one => one.getBoundingClientRect().right > one.closest('.node').querySelector('.card').getBoundingClientRect().right).map(one => one.textContent)`,
      ),
      [],
      name,
    )
    await page.close()
  }
})

inBrowser('a drill: its figures, the outage where the requests failed, and one picture at a time', async t => {
  const page = await opened(t, 'drill', desktop)
  t.is(await page.evaluate('document.querySelector("h1").textContent'), 'Drill passed')
  t.deepEqual(await page.evaluate(texts('.figures dd')), ['4908 ms', '2879 ms', '6 of 6', '393 of 1208', 'never'])
  t.deepEqual(await page.evaluate(texts('.outage-figure')), ['outage 4908 ms'], 'only the longest outage is unfolded')
  interface Box {
    x: number
    width: number
  }
  const box = (selector: string) =>
    page.evaluate<Box>(
      `(({ x, width }) => ({ x, width }))([...document.querySelectorAll(${JSON.stringify(selector)})].find(one => one.checkVisibility()).getBoundingClientRect())`,
    )
  const [outage, failed] = [await box('.outage'), await box('.answer.none')]
  t.true(outage.width > 300)
  t.true(
    Math.abs(outage.x - failed.x) < 3 && Math.abs(outage.width - failed.width) < 20,
    JSON.stringify({ outage, failed }),
  )
  const colours = await page.evaluate<string[]>(
    `['node0', 'node1', 'none'].map(kind => getComputedStyle([...document.querySelectorAll('.answer.' + kind)].find(one => one.checkVisibility())).stroke)`,
  )
  t.is(new Set(colours).size, 3)
  t.is(
    await page.evaluate(
      `[...document.querySelectorAll('.distribution svg')].filter(one => one.checkVisibility()).length`,
    ),
    1,
  )
  t.is(await page.evaluate(`[...document.querySelectorAll('.round')].filter(one => one.checkVisibility()).length`), 6)
  const wide = await page.evaluate<number>(
    `[...document.querySelectorAll('.distribution svg')].find(one => one.checkVisibility()).getBoundingClientRect().width`,
  )
  await page.show(phone)
  const narrow = await page.evaluate<number>(
    `[...document.querySelectorAll('.distribution svg')].find(one => one.checkVisibility()).getBoundingClientRect().width`,
  )
  t.deepEqual([wide, narrow], [832, 328], 'drawn anew, not shrunk')
})

inBrowser('both colour schemes differ, and text stands out in both', async t => {
  for (const name of ['drill', 'drift', 'failed-site', 'failed-drill', 'sixteen-nodes']) {
    const page = await opened(t, name, desktop)
    const grounds: string[] = []
    for (const scheme of ['light', 'dark'] as const) {
      await page.show({ ...desktop, scheme })
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`)
      grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'))
      const painted = await page.evaluate<{ text: string; colour: string; ground: string }[]>(paintedTexts)
      t.true(painted.length > 60, name)
      for (const { text, colour, ground } of painted)
        t.true(
          ratio(parseColour(colour), parseColour(ground)) >= 4.5,
          `${name}, ${scheme}: "${text}" ${colour} on ${ground}`,
        )
      const ground = parseColour(grounds.at(-1)!)
      for (const stroke of await page.evaluate<string[]>(
        `[...document.querySelectorAll('.answer, .link, .cut')].map(one => getComputedStyle(one).stroke)`,
      )) {
        t.true(ratio(parseColour(stroke), ground) >= 3, `${name}, ${scheme}: ${stroke}`)
      }
    }
    t.true(ratio(...(grounds.map(parseColour) as [number[], number[]])) > 10, grounds.join(' '))
    await page.close()
  }
})

inBrowser('what a node sent as markup is shown as text', async t => {
  const page = await opened(t, 'hostile', phone)
  t.true(
    (await page.evaluate<string>('document.body.innerText')).includes(
      '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;',
    ),
  )
  t.is(await page.evaluate('document.querySelectorAll("script, img, iframe, [onerror], [href]").length'), 0)
})

inBrowser('should markup ever get in, the policy runs and loads none of it', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'ha-run-page-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'report.html')
  await writeFile(
    file,
    pageOf('healthy').replace(
      '</main>',
      '<script>document.title = "run"</script><img src="data:," onerror="document.title = \'run\'"/><p id="p" style="color: red">x</p></main>',
    ),
  )
  const page = await BrowserPage.in(browser(), phone)
  await page.open(String(pathToFileURL(file)))
  t.is(await page.evaluate('document.title'), 'In sync: pacemaker1 - ha-run')
  t.not(await page.evaluate('getComputedStyle(document.querySelector("#p")).color'), 'rgb(255, 0, 0)')
  t.true((await readFile(file, 'utf8')).includes('<script>'))
})

inBrowser('a picture of a part of a page', async t => {
  const page = await opened(t, 'drill', desktop)
  t.is((await page.picture({ x: 0, y: 0, width: 100, height: 50 })).subarray(1, 4).toString(), 'PNG')
})
