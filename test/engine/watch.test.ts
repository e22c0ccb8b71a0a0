import test from 'ava'
import { recheckSeconds, watch, type WatchOptions } from '../../runner/engine/watch.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { FakeClock } from '../fake-clock.js'

const ok = (evidence: string): Verdict => ({ status: 'ok', evidence, hint: 'h' })
const failed = (evidence: string, more: Partial<Verdict> = {}): Verdict => ({
  status: 'failed',
  evidence,
  hint: 'h',
  ...more,
})
const warning = (evidence: string): Verdict => ({ status: 'warning', evidence, hint: 'h' })

/** Watches assertions whose verdicts follow each other; the last one repeats. */
async function watching(sequences: (Verdict | Error)[][], options: Partial<WatchOptions> = {}) {
  const counts = sequences.map(() => 0)
  const told = new Set<string>()
  const clock = new FakeClock()
  let forgotten = 0
  const { watched, rechecks: checks } = await watch(
    sequences.map((sequence, at) => ({
      subject: at,
      check: isRecheck => {
        if (isRecheck !== counts[at]! > 0) throw new Error('only the first look may be an early one')
        const said = sequence[Math.min(counts[at]!, sequence.length - 1)]!
        counts[at]! += 1
        return said instanceof Error ? Promise.reject(said) : Promise.resolve(said)
      },
    })),
    {
      settleSeconds: 0,
      stableSeconds: 0,
      clock,
      stop: new AbortController().signal,
      progress: text => {
        if (text !== undefined) told.add(text)
      },
      forget: () => {
        forgotten += 1
      },
      ...options,
    },
  )
  return {
    seen: watched.map(({ verdict: { status, evidence } }) => `${status}: ${evidence}`),
    watched,
    counts,
    told: [...told],
    forgotten,
    checks,
    ms: clock.now(),
  }
}

test('with nothing to settle or to keep watching, one check is enough', async t => {
  const { seen, counts, forgotten, checks } = await watching([
    [ok('a'), failed('never seen')],
    [failed('b')],
    [new Error('c')],
  ])
  t.deepEqual(seen, ['ok: a', 'failed: b', 'failed: c'])
  t.deepEqual([...counts, forgotten, checks], [1, 1, 1, 0, 0])
})

test('an assertion that does not hold yet is checked until it does, and then all at once', async t => {
  const { seen, counts, told } = await watching(
    [[ok('a')], [failed('not up'), failed('nearly'), ok('up')], [failed('x'), ok('y')]],
    { settleSeconds: 30 },
  )
  t.deepEqual(seen, ['ok: a', 'ok: up', 'ok: y'])
  // a: once at first and once with all; the second: three times, and with all; the third is not looked at while it holds.
  t.deepEqual(counts, [2, 4, 3])
  t.deepEqual(told, ['not yet: not up, and 1 more', 'not yet: nearly'])
})

test('an assertion that breaks while the others come true is not missed', async t => {
  const { seen } = await watching(
    [
      [ok('a'), failed('broken since')],
      [failed('not up'), ok('up')],
    ],
    { settleSeconds: 1 },
  )
  t.deepEqual(seen, ['failed: broken since', 'ok: up'])
})

test('an update in progress gets a moment, also if this run changed nothing', async t => {
  t.deepEqual((await watching([[failed('1 and 2', { fleeting: true }), ok('2')]])).seen, ['ok: 2'])
  const { seen, ms } = await watching([[failed('1 and 2', { fleeting: true })]])
  t.deepEqual([seen, ms], [['failed: 1 and 2'], 3000])
})

test('after a failure the rest is not watched', async t => {
  const { counts, ms } = await watching([[ok('a')], [failed('b')]], { stableSeconds: 60 })
  t.deepEqual([...counts, ms], [1, 1, 0])
})

test('all must hold for the whole time, in a few checks, with progress', async t => {
  const { seen, counts, told, checks, ms } = await watching([[ok('a')], [warning('b')]], { stableSeconds: 3 })
  t.is(ms, 3000)
  t.deepEqual(seen, ['ok: a', 'warning: b'])
  t.deepEqual([...counts, checks], [4, 4, 3])
  t.deepEqual(told, [
    'all hold: watched for 0 of 3 s',
    'all hold: watched for 1 of 3 s',
    'all hold: watched for 2 of 3 s',
  ])
})

/** The verdicts of one assertion at its checks, of which there are three within 2 s, and the result. */
const windows: [title: string, sequence: (Verdict | Error)[], outcome: RegExp][] = [
  [
    'one that fails and stays so',
    [ok('a'), failed('link 0 is down')],
    /^failed: held at first, and after 1\.\d s no more: link 0 is down$/,
  ],
  [
    'one that fails and holds again',
    [ok('a'), failed('link 0 is down'), ok('a')],
    /^failed: held at first, and after 1\.\d s no more: link 0 is down; as at first again after 2\.\d s$/,
  ],
  [
    'one that holds with something else',
    [ok('ring 1.5'), ok('ring 1.9')],
    /^failed: changed after 1\.\d s, from ring 1\.5 to ring 1\.9$/,
  ],
  [
    'one that changes and changes back',
    [ok('node1'), ok('node2'), ok('node1')],
    /^failed: changed after 1\.\d s, from node1 to node2; as at first again after 2\.\d s$/,
  ],
  [
    'one that cannot be looked at',
    [ok('a'), new Error('garbage')],
    /^failed: held at first, and after 1\.\d s no more: garbage$/,
  ],
  ['a warning that comes', [ok('a'), warning('standby'), ok('a')], /^warning: standby$/],
  ['a warning that goes', [warning('standby'), ok('a')], /^ok: a$/],
  ['a warning in other words', [warning('2 s behind'), warning('3 s behind')], /^warning: 3 s behind$/],
  ['an update under way', [ok('a'), failed('1 and 2', { fleeting: true }), ok('a')], /^ok: a$/],
]

for (const [title, sequence, outcome] of windows) {
  test(`watched: ${title}`, async t => {
    const { seen, watched } = await watching([sequence, [ok('other')]], { stableSeconds: 2 })
    t.regex(seen[0]!, outcome)
    t.is(seen[1], 'ok: other')
    t.is(watched[0]!.verdict.error === undefined, title !== 'one that cannot be looked at')
  })
}

test('after a change, an assertion that changes once more must hold from then on', async t => {
  const { seen, checks } = await watching([[ok('ring 1.5'), ok('ring 1.9')], [ok('other')]], {
    settleSeconds: 30,
    stableSeconds: 2,
  })
  t.deepEqual([...seen, checks], ['ok: ring 1.9', 'ok: other', 2])
  const again = await watching([[ok('a'), failed('gone for a moment'), ok('a')]], {
    settleSeconds: 30,
    stableSeconds: 2,
  })
  t.deepEqual(again.seen, ['ok: a'])
  t.true(again.ms >= 3000, 'the time begins anew')
})

test('also after a change, an assertion that keeps changing fails', async t => {
  const { seen } = await watching([Array.from({ length: 20 }, (_, at) => ok(String(at)))], {
    settleSeconds: 2,
    stableSeconds: 2,
  })
  t.regex(seen[0]!, /^failed: changed after [12]\.\d s, from \d to \d$/)
})

test('Ctrl-C ends the watch at once', async t => {
  const stop = new AbortController()
  const clock = new FakeClock()
  clock.after(300, () => stop.abort())
  const { seen, counts } = await watching([[ok('a')]], { stableSeconds: 60, stop: stop.signal, clock })
  t.deepEqual([...seen, ...counts, clock.now()], ['ok: a', 1, 300])
})

test('a watch of up to 20 s has a few checks, at least a second apart', t => {
  t.deepEqual([1, 5, 8, 20, 60].map(recheckSeconds), [1, 1.25, 2, 5, 5])
})
