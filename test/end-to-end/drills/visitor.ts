import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { durationText } from '../../../runner/report/parts.js'
import { BrowserPage, texts } from '../../ui/browser-page.js'
import { noBrowser, withBrowser } from '../../ui/with-browser.js'
import { visitor, type Visitor } from '../browser.js'
import { troubles, type Result, type SharedLab } from '../site-harness.js'

const title =
  'a visitor with a browser sees the page before a drill, while the node is in standby, and after it; the report shows the drill'

/** Milliseconds between two visits, so that the nodes have the machine to themselves in between. */
const pause = 100

/** Headings that a visitor sees in turn, each once as long as it stays, until something is over; and how many visits came to nothing. */
async function headingsDuring<T>(
  guest: Visitor,
  work: Promise<T>,
): Promise<{ headings: string[]; refused: number; result: T }> {
  const headings: string[] = []
  let refused = 0
  const over = new AbortController()
  const ended = work.finally(() => over.abort())
  // Whoever awaits it gets its error; until then it is nobody's.
  ended.catch(() => {})
  while (!over.signal.aborted) {
    const heading = await guest.visit().catch(() => undefined)
    if (heading === undefined) refused += 1
    else if (heading !== headings.at(-1)) headings.push(heading)
    await sleep(pause)
  }
  return { headings, refused, result: await ended }
}

/**
 * A drill as seen from outside, and its report as seen by its reader. There are two rounds, which take the address away
 * and back: the other node's page is seen while the drill lasts or never.
 *
 * @param drill - runs one with these words.
 */
export function drillVisited(
  { site, onLab }: SharedLab,
  drill: (...words: string[]) => Promise<Result>,
  holder: () => Promise<string>,
): void {
  const { browser } = withBrowser()
  if (noBrowser !== null) {
    test.serial.skip(`${title} (skipped: ${noBrowser})`, () => {})
    return
  }

  onLab(title, async t => {
    const node = await holder()
    const other = node === 'node1' ? 'node2' : 'node1'
    const report = join(site.lab.dir, 'drill.html')
    const guest = await visitor(site.lab.name)
    t.teardown(() => guest.leave())
    t.is(await guest.visit(), `Site Teste - ${node}`)
    const { headings, refused, result } = await headingsDuring(
      guest,
      drill('--fault', 'standby', '--rounds', '2', '--report', report),
    )
    t.is(result.exitCode, 0, troubles(result))
    t.deepEqual(
      [...headings, await guest.visit()].filter((heading, at, all) => heading !== all[at - 1]),
      [node, other, node].map(name => `Site Teste - ${name}`),
    )

    const rounds = result.events.filter(event => event.event === 'drill-round')
    const outages = rounds.map(({ outage_ms }) => outage_ms)
    t.log(`outages ${outages.join(', ')} ms; ${refused} visits came to nothing`)
    const page = await BrowserPage.in(browser(), { width: 1100 })
    t.teardown(() => page.close())
    await page.open(String(pathToFileURL(report)))
    t.is(await page.evaluate('document.querySelector("h1").textContent'), 'Drill passed')
    const sum = (of: (round: (typeof rounds)[number]) => number) =>
      rounds.reduce((total, round) => total + of(round), 0)
    t.deepEqual(await page.evaluate(texts('.figures dd')), [
      durationText(Math.max(...outages)),
      durationText(sum(({ outage_ms }) => outage_ms) / 2),
      '2 of 2',
      `${sum(({ failed_requests }) => failed_requests)} of ${sum(({ requests }) => requests)}`,
      'never',
    ])
    const summaries = await page.evaluate<string[]>(texts('summary'))
    for (const [at, from] of [node, other].entries()) {
      const heading = `Round ${at + 1} of 2: standby on ${from}, outage ${durationText(outages[at]!)}`
      t.true(
        summaries.some(text => text.includes(heading)),
        `${heading}, in ${summaries.join('; ')}`,
      )
    }
    t.deepEqual(
      await page.evaluate(
        `[...document.querySelectorAll('.wide .node')].filter(one => one.querySelector('.tab')).map(one => one.dataset.node)`,
      ),
      [node],
    )
    t.deepEqual(await page.evaluate(texts('.wide .node .on-tab')), ['192.168.0.10'])
    t.deepEqual(await page.evaluate(texts(`.wide [data-node="${node}"] .resource`)), ['FloatIP', 'WebSite'])
    t.deepEqual(page.requests, [String(pathToFileURL(report))], 'asks for nothing but itself')
    t.deepEqual(page.console, [])
  })
}
