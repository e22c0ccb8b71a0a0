import { createHash } from 'node:crypto'
import test from 'ava'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { drillView } from '../../roles/drill/view.js'
import { reportPage } from '../../runner/report/page.js'
import { Secret } from '../../runner/secret.js'
import type { AnyEvent } from '../../runner/ui/visible.js'
import { eventsOf, pageOf, reportCases, written } from './cases.js'

/** Elements that cannot run, load, send or link to anything. */
const elements = new Set(
  (
    'html head meta title style body main header section article nav figure figcaption details summary h1 h2 h3 h4 p ul ol li dl div dt dd ' +
    'table thead tbody tr th td b br code pre span del ins time a svg g rect circle polyline path text'
  ).split(' '),
)
const attributes = new Set(
  (
    'lang charset http-equiv content name class id href role scope tabindex open datetime aria-label aria-hidden data-node ' +
    'viewBox width height x y rx cx cy r d points text-anchor'
  ).split(' '),
)

for (const { name, about, events } of reportCases) {
  test(`${name}: ${about}: well-formed, with harmless elements only`, t => {
    const page = reportPage(events, written, [drillView])
    t.true(XMLValidator.validate(page) === true, JSON.stringify(XMLValidator.validate(page)))
    for (const [, tag = '', rest = ''] of page
      .replace(/<style>.*?<\/style>/s, '')
      .matchAll(/<([a-zA-Z][\w-]*)((?:\s+[\w-]+(?:="[^"<]*")?)*)\s*\/?>/g)) {
      t.true(elements.has(tag), tag)
      for (const [, attribute = '', value = ''] of rest.matchAll(/\s([\w-]+)(?:="([^"]*)")?/g)) {
        t.true(attributes.has(attribute), `${tag} ${attribute}`)
        if (attribute === 'href') t.regex(value, /^#cluster\d+$/)
      }
    }
    t.is(page.match(/<style>/g)?.length, 1)
  })
}

test('the policy allows this style and nothing else', t => {
  const page = pageOf('healthy')
  const style = /<style>(.*?)<\/style>/s.exec(page)![1]!
  const hash = createHash('sha256').update(style).digest('base64')
  t.true(
    page.includes(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`.replaceAll(
        "'",
        '&apos;',
      ),
    ),
  )
})

test('the same events give the same page', t => t.is(pageOf('drill'), pageOf('drill')))

/** The text of the page without its pictures. */
function textOf(page: string): string {
  return page
    .replace(/^.*<main>/s, '')
    .replace(/<svg.*?<\/svg>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

const shown: Record<string, string[]> = {
  healthy: [
    'In sync 2 nodes:',
    'ha-run site --report report.html',
    'exit code 0',
    '192.168.0.10 is on node1',
    'checks found nothing to do',
    'Exactly one kernel answers for the address.',
    'members node1, node2',
  ],
  built: ['Converged', 'Changed', 'corosync: install corosync node1, node2'],
  drift: [
    'ha-run, plan: nothing was changed Drift',
    'network: write /etc/hosts node1, node2',
    '127.0.1.1 node1',
    'location prefer-node2 (absent) → rsc=FloatIP node=node2 score=50',
    'corosync runs 3000: only the file is corrected',
    'FloatIP moves node1 -> node2',
    '? unknown 12 assertions until all changes are made',
    'did you mean "gateway"?',
    '0600 → 0644',
    '73 lines',
  ],
  'failed-verify': [
    'Not verified',
    '✖ failed links are connected',
    'node1: link 0 to node 2 is disconnected',
    '→ ha-run site starts what is stopped',
    'node1 online, node2 offline',
    'Link 0 connects nobody',
  ],
  'failed-site': [
    'Not converged 2 clusters, 5 nodes',
    'node1 corosync: install corosync apt-get install failed (exit code 100) $ apt-get install -y corosync',
    'E: Unable to locate package corosync',
    '→ apt-get update on the node',
    '– skipped 2 tasks from apache: page node1',
    '192.168.0.10 is on 2 nodes at once: mx1, mx2',
    'Link 1 connects the nodes, but not mx1 with mx3',
    'raspberrypi → node1',
  ],
  drill: [
    'Drill passed',
    'rounds passed 6 of 6',
    'requests failed 393 of 1208',
    'address on two nodes never',
    'Round 5 of 6: kill corosync on node1, outage 4908 ms',
    '3105 ms node2 noticed',
    'node1, and back',
    'FloatIP and WebSite run on node1 again',
    '5 assertions before the drill',
  ],
  'failed-drill': [
    'Drill failed',
    'rounds passed 1 of 2',
    'the page did not come back within 60 s',
    'FloatIP, WebSite nowhere',
    '192.168.0.10 is on no node',
  ],
  'sixteen-nodes': [
    'Converged 16 nodes',
    'node3, node4, node5, node6, node7, node8, node9, node14',
    'Link 1 connects the nodes, but not node12, not node2 with node15',
    '16 nodes Node Address State',
    '192.168.0.32 unreachable',
  ],
  interrupted: ['Interrupted', 'exit code 130', 'Ctrl-C again ends them on the nodes too'],
  'cut-short': ['Not finished', 'pacemaker1'],
}

for (const [name, texts] of Object.entries(shown)) {
  test(`${name}: the important texts are there`, t => {
    const text = textOf(pageOf(name))
    for (const each of texts) t.true(text.includes(each), each)
  })
}

test('a drill that asked several probes: a picture of each, the worst first', t => {
  const [run, ...others] = eventsOf('drill')
  const events = [run!, ...others].flatMap((event): AnyEvent[] => {
    if (event.event === 'drill-answers' && event.round === 1) {
      return ['dns', 'page'].map(probe => ({ ...event, probe }))
    }
    if (event.event !== 'drill-round') return [event]
    const { requests, failed_requests, outage_ms } = event
    const probes = [
      { probe: 'dns', requests: 99, failed_requests: 1, outage_ms: 51 },
      { probe: 'page', requests, failed_requests, outage_ms },
    ]
    return [event.round === 1 ? { ...event, probe: 'page', probes } : event]
  })
  const text = textOf(reportPage(events, written, [drillView]))
  t.true(text.includes('outage 2155 ms of page'))
  const places = [
    'Probe page: Each stroke',
    '164 requests, 43 failed',
    'Probe dns: Each stroke',
    '99 requests, 1 failed',
  ]
  t.deepEqual(
    places.map(each => text.indexOf(each)),
    places.map(each => text.indexOf(each)).toSorted((one, other) => one - other),
  )
  t.true(places.every(each => text.includes(each)))
})

test('problems stand before what is in order', t => {
  const before = (name: string, ...texts: string[]) => {
    const text = textOf(pageOf(name))
    const places = texts.map(each => text.indexOf(each))
    t.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
      `${name}: ${texts.join(', ')}`,
    )
    t.true(
      places.every(place => place >= 0),
      `${name}: ${texts.join(', ')}`,
    )
  }
  before('failed-site', 'Errors', 'Changed', 'Nodes')
  before('failed-verify', 'every declared node has joined', 'fencing is enabled', 'the configuration is valid')
  before('built', 'Changed', 'Assertions', 'In sync')
  before('drift', 'Would change', 'Unknown', 'In sync')
})

test('no level of headings is skipped', t => {
  for (const { name } of reportCases) {
    const levels = [...pageOf(name).matchAll(/<h([1-4])/g)].map(([, level]) => Number(level))
    t.is(levels[0], 1)
    t.is(levels.filter(level => level === 1).length, 1)
    // Errors and notes of the whole run stand above the first cluster, below the heading of the page.
    for (const [at, level] of levels.entries())
      t.true(at === 0 || level <= levels[at - 1]! + (levels[at - 1] === 1 ? 2 : 1), `${name}: ${levels.join(' ')}`)
  }
})

test('characters that control a terminal or reorder text are spelled out', t => {
  const page = pageOf('hostile')
  for (const unseen of ['\x1b', '\x07', '\x00', '\u202e', '\u200b']) t.false(page.includes(unseen))
  t.true(page.includes('\\x1b[31mred'))
})

test('a secret in an event is shown as its fingerprint, and long text is cut', t => {
  const secret = new Secret(Buffer.from('correct horse battery staple'))
  const [run, ...others] = eventsOf('healthy')
  const long = 'y'.repeat(1_000_000)
  const page = reportPage(
    [
      run!,
      {
        event: 'task',
        cluster: 'pacemaker1',
        host: 'node1',
        role: 'authkey',
        task: 'key',
        status: 'changed',
        ms: 1,
        diff: [
          { subject: 'key', from: undefined, to: String(secret) },
          { subject: 'long', from: long, to: `${long}\n`.repeat(3) },
        ],
      },
      ...others,
    ],
    written,
  )
  t.false(page.includes('horse'))
  t.true(page.includes(String(secret)))
  t.true(page.length < 100_000)
})

test('tables have headings for columns and rows', t => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', isArray: name => name === 'tr' })
  for (const [, table = ''] of pageOf('drill').matchAll(/(<table.*?<\/table>)/gs)) {
    const parsed = parser.parse(table) as {
      table: { thead: { tr: { th: { '@scope': string }[] }[] }; tbody: { tr: { th: { '@scope': string } }[] } }
    }
    t.true(parsed.table.thead.tr[0]!.th.every(cell => cell['@scope'] === 'col'))
    t.true(parsed.table.tbody.tr.every(({ th }) => th['@scope'] === 'row'))
  }
})
