import test from 'ava'
import type { DrillAnswersEvent, DrillRoundEvent } from '../../roles/drill/events.js'
import { distribution } from '../../runner/report/distribution.js'
import { figuresOf } from '../../runner/ui/figures.js'
import { outagesOf, roundsOf } from '../../runner/report/rounds.js'
import { timeline } from '../../runner/report/timeline.js'
import { eventsOf } from './cases.js'

const result = (values: Partial<DrillRoundEvent> = {}): DrillRoundEvent => ({
  event: 'drill-round',
  cluster: 'web',
  status: 'ok',
  round: 1,
  rounds: 1,
  fault: 'standby',
  node: 'node1',
  outage_ms: 0,
  failed_requests: 0,
  requests: 0,
  returned: false,
  duplicate_address_ms: 0,
  ...values,
})
const answers = (round: number, ...list: DrillAnswersEvent['answers']): DrillAnswersEvent => ({
  event: 'drill-answers',
  cluster: 'web',
  round,
  answers: list,
  marks: [],
})
const good = (at: number, node = 'node2') => ({ at, ms: 4, node })
const bad = (at: number) => ({ at, ms: 1, error: 'refused' })

test('rounds have their answers, even if two drills have rounds of the same number or a round has none', t => {
  const events = [
    answers(1, good(1)),
    result(),
    answers(1, good(2)),
    result({ fault: 'stop' }),
    result({ round: 2 }),
    { ...answers(2, good(3)), cluster: 'mail' },
  ]
  t.deepEqual(
    roundsOf(events, 'web').map(round => round.answers.map(({ at }) => at)),
    [[1], [2], []],
  )
})

test('with several probes, a round has the answers to each, and the outage of the worst', t => {
  const figures = (probe: string, outage_ms: number) => ({ probe, outage_ms, failed_requests: 1, requests: 3 })
  const [round] = roundsOf(
    [
      { ...answers(1, good(1)), probe: 'dns' },
      { ...answers(1, good(2)), probe: 'page' },
      result({ probe: 'dns', outage_ms: 900, probes: [figures('page', 300), figures('dns', 900)] }),
    ],
    'web',
  )
  t.deepEqual(
    [round!, ...round!.others].map(each => [each.result.probe, each.result.outage_ms, each.answers[0]?.at]),
    [
      ['dns', 900, 1],
      ['page', 300, 2],
    ],
  )
})

test('an outage lasts from the first failed request to the first good answer; the longest has the length that the drill reports', t => {
  const list = [good(0), bad(50), good(100), good(150), bad(200), bad(250), good(300)]
  const [round] = roundsOf([answers(1, ...list), result({ outage_ms: 120 })], 'web')
  t.deepEqual(outagesOf(round!), [
    { from: 200, to: 320, longest: true },
    { from: 50, to: 104, longest: false },
  ])
})

test('an outage that did not end lasts to the last request; without failures there is none', t => {
  t.deepEqual(outagesOf(roundsOf([answers(1, good(0), bad(50), bad(100)), result()], 'web')[0]!), [
    { from: 50, to: 101, longest: true },
  ])
  t.deepEqual(outagesOf(roundsOf([answers(1, good(0)), result()], 'web')[0]!), [])
})

test('the times of a round are marks, unless a reported mark has the same time', t => {
  const reported: DrillAnswersEvent = {
    ...answers(1),
    marks: [
      { at: 0, text: 'standby on node1' },
      { at: 812, text: 'node2 noticed' },
    ],
  }
  const [round] = roundsOf(
    [reported, result({ detected_ms: 812, started_ms: 2000, answered_ms: 2100, moved_to: 'node2' })],
    'web',
  )
  t.deepEqual(
    round!.marks.map(({ at, text }) => `${at} ${text}`),
    ['0 standby on node1', '812 node2 noticed', '2000 resources started on node2', '2100 the page answered from node2'],
  )
})

test('median of odd and even counts', t => {
  t.deepEqual(figuresOf([3, 1, 2]), { min: 1, median: 2, max: 3 })
  t.deepEqual(figuresOf([4, 1, 2, 3]), { min: 1, median: 2.5, max: 4 })
  t.deepEqual(figuresOf([7]), { min: 7, median: 7, max: 7 })
})

const drill = roundsOf(eventsOf('drill'), 'pacemaker1')
const colours = new Map([
  ['node1', 'node0'],
  ['node2', 'node1'],
])

test('a timeline has a lane for each node that answered and one for failed requests, the outage, and a number for each mark', t => {
  const svg = String(timeline(drill[4]!, colours, 'label', 800))
  t.is(svg.match(/class="answer /g)?.length, 3)
  t.regex(svg, /<path class="answer node0" d="M/)
  t.is(svg.match(/class="outage"/g)?.length, 1)
  t.true(svg.includes('>outage 4908 ms</text>'))
  t.is(svg.match(/class="mark-number"/g)?.length, drill[4]!.marks.length)
  t.is(String(timeline(drill[5]!, colours, 'label', 800)).match(/class="outage short"/g)?.length, 1)
})

test('a line leads to a late answer, and requests that failed meanwhile belong to the same outage', t => {
  const [round] = roundsOf(
    [
      answers(1, good(-100, 'node1'), bad(0), bad(50), { at: 100, ms: 1100, node: 'node2' }, bad(150), good(1250)),
      result({ outage_ms: 1200 }),
    ],
    'web',
  )
  t.deepEqual(outagesOf(round!), [{ from: 0, to: 1200, longest: true }])
  t.is(String(timeline(round!, colours, 'label', 800)).match(/class="answer node1 late"/g)?.length, 1)
})

test('a line leads to a late answer in a long time without events too', t => {
  const list = [
    good(-100, 'node1'),
    bad(0),
    { at: 100, ms: 1100, node: 'node2' },
    ...Array.from({ length: 500 }, (_, at) => good(140 + at * 40, 'node2')),
  ]
  const [round] = roundsOf(
    [{ ...answers(1, ...list), marks: [{ at: 20_000, text: 'all is well again' }] }, result({ outage_ms: 141 })],
    'web',
  )
  const svg = String(timeline(round!, colours, 'label', 800))
  t.regex(svg, /class="gap"/)
  t.is(svg.match(/class="answer node1 late"/g)?.length, 1)
})

test('answers of a page that does not name its node have a lane of their own', t => {
  const [round] = roundsOf(
    [answers(1, { at: -50, ms: 3 }, bad(0), { at: 50, ms: 3 }), result({ outage_ms: 53 })],
    'web',
  )
  const svg = String(timeline(round!, colours, 'label', 800))
  t.regex(svg, />answered<\/text>/)
  t.is(svg.match(/class="answer/g)?.length, 2)
})

test('every element of a picture of a drill is inside it, on a desktop and on a phone', t => {
  for (const width of [800, 328]) {
    for (const svg of [
      ...drill.map(round => String(timeline(round, colours, 'label', width))),
      String(distribution(drill, 'label', width)),
    ]) {
      const xs = [...svg.matchAll(/\b(?:x|cx)="(-?[\d.]+)"|M(-?[\d.]+) /g)].map(([, x, path]) => Number(x ?? path))
      t.true(xs.length > 10)
      t.true(
        xs.every(x => x >= 0 && x <= width),
        svg,
      )
    }
  }
})

test('a distribution has a strip for each fault, a dot for each round and a cross for a failed one', t => {
  const svg = String(distribution(roundsOf(eventsOf('failed-drill'), 'pacemaker1'), 'label', 800))
  t.is(svg.match(/<circle class="round"/g)?.length, 1)
  t.is(svg.match(/class="cut"/g)?.length, 1)
  t.is(svg.match(/class="median"/g)?.length, 2)
})

test('the size of a timeline does not grow with the number of answers', t => {
  const list = Array.from({ length: 72_000 }, (_, index) =>
    index > 30_000 && index < 31_000 ? bad(index * 50) : good(index * 50),
  )
  const [round] = roundsOf([answers(1, ...list), result()], 'web')
  t.true(String(timeline(round!, colours, 'label', 800)).length < 40_000)
})
