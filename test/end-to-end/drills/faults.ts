import type { ExecutionContext } from 'ava'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import { summaryOf, tasksOf, troubles } from '../site-harness.js'
import { roundsOf, type DrillSite } from './site.js'

/** The faults, and what the measurement of each must show. */

export interface Fault {
  /** What follows `--fault`. */
  words: string[]
  expect: (t: ExecutionContext, round: DrillRoundEvent) => void
  /** On the node that is drilled, before and after. */
  before?: string
  after?: string
}

const moves: Fault['expect'] = (t, round) => {
  t.true(round.outage_ms > 500 && round.failed_requests > 10, 'apache stops for two seconds')
  t.truthy(round.moved_to)
  t.is(round.duplicate_address_ms, 0)
  t.true(round.detected_ms! <= round.started_ms!)
}

const movesAlone: Fault['expect'] = (t, round) => {
  t.true(round.outage_ms < 1500, 'Apache runs there already')
  t.truthy(round.moved_to)
  t.is(round.duplicate_address_ms, 0)
}

const splits: Fault['expect'] = (t, round) => {
  t.true(round.duplicate_address_ms > 500, 'without fencing, both have the address')
  t.truthy(round.moved_to)
  t.true(round.detected_ms! > 2000 && round.detected_ms! <= round.started_ms!, 'the token is 3 s')
}

const isBackAtOnce: Fault['expect'] = (t, round) => {
  t.is(round.duplicate_address_ms, 0, 'systemd starts it again before the others take over')
  t.true(round.detected_ms! > 0, 'but they had a new membership')
}

/** With fencing, the address is on two nodes at no time. */
const isFenced = (t: ExecutionContext, round: DrillRoundEvent, node: string) => {
  t.is(round.duplicate_address_ms, 0)
  t.is(round.fenced, node)
  t.true(round.fenced_ms! > 500)
}

/** The node with the address is fenced. */
const isFencedItself: Fault['expect'] = (t, round) => {
  isFenced(t, round, round.node)
  t.true(round.outage_ms > 500, 'the address moves only after the fencing')
}

/** The node without Corosync serves until it is fenced: visitors notice only the move. */
const servesUntilFenced: Fault['expect'] = (t, round) => {
  isFenced(t, round, round.node)
  t.true(round.address_free_ms! > 0 && round.started_ms! > round.fenced_ms!, 'the address moves only after the fencing')
}

/** The node with the address need not wait, and fences the other one. */
const fencesOther: Fault['expect'] = (t, round) => {
  isFenced(t, round, round.node === 'node1' ? 'node2' : 'node1')
  t.is(round.moved_to, undefined)
  t.is(round.failed_requests, 0)
  t.is(round.address_free_ms, 0)
}

const isHeld: Fault['expect'] = (t, round) => {
  isFenced(t, round, round.node)
  t.true(round.fencing_failed_ms! < round.fenced_ms!, 'only once the device answered again')
}

const withoutRestart = 'kill corosync, without a restart by systemd'

const faults = (planned: Fault['expect']): Record<string, Fault> => ({
  standby: { words: ['standby'], expect: planned },
  stop: { words: ['stop'], expect: planned },
  reboot: { words: ['reboot'], expect: planned },
  'kill corosync': { words: ['kill', '--allow-split-brain'], expect: isBackAtOnce },
  [withoutRestart]: {
    words: ['kill', '--allow-split-brain'],
    expect: splits,
    before:
      'd=/run/systemd/system/corosync.service.d; mkdir -p $d; printf "[Service]\\nRestart=no\\n" >$d/zz-test.conf; systemctl daemon-reload',
    // With fencing, the node has booted since.
    after: 'rm -rf /run/systemd/system/corosync.service.d; systemctl daemon-reload',
  },
  cut: { words: ['cut', '--allow-split-brain'], expect: splits },
  freeze: { words: ['freeze', '--allow-split-brain'], expect: splits },
  'kill pacemakerd': {
    words: ['kill', '--daemon', 'pacemakerd'],
    expect: (t, round) => {
      t.is(round.failed_requests, 0)
      t.is(round.moved_to, undefined)
    },
  },
  'kill apache2': {
    words: ['kill', '--daemon', 'apache2'],
    expect: (t, round) => {
      t.true(round.outage_ms > 0 && round.detected_ms! < round.answered_ms! + 1000)
      t.is(round.moved_to, undefined)
    },
  },
})

export const single = faults(moves)
const {
  'kill pacemakerd': _pacemakerd,
  'kill apache2': _apache2,
  'kill corosync, without a restart by systemd': _,
  ...both
} = faults(movesAlone)
/** The faults with which the layouts differ, or may differ. */
export const cloned = both

/** The faults of a cluster with fencing, in the single layout. */
export const fencedSingle: Record<string, Fault> = {
  standby: single['standby']!,
  stop: single['stop']!,
  reboot: single['reboot']!,
  'kill corosync': { words: ['kill'], expect: isBackAtOnce },
  [withoutRestart]: { ...single[withoutRestart]!, words: ['kill'], expect: servesUntilFenced },
  cut: { words: ['cut'], expect: fencesOther },
  freeze: { words: ['freeze'], expect: isFencedItself },
  fence: { words: ['fence'], expect: isFencedItself },
  plug: { words: ['plug'], expect: isHeld },
}

/** And in the cloned one. */
export const fencedCloned: Record<string, Fault> = {
  standby: cloned['standby']!,
  [withoutRestart]: fencedSingle[withoutRestart]!,
  cut: fencedSingle['cut']!,
  freeze: fencedSingle['freeze']!,
  fence: fencedSingle['fence']!,
}

/** Drills the node that has the floating IP; asserts that the measurement is as expected and the node is repaired. @returns the round. */
export async function measured(
  t: ExecutionContext,
  drills: DrillSite,
  { words, expect, before, after }: Fault,
): Promise<DrillRoundEvent> {
  const node = await drills.holder()
  if (before !== undefined) await drills.site.on(node, before)
  const run = await drills.drill('--fault', ...words)
  if (after !== undefined) await drills.site.on(node, after)
  t.is(run.exitCode, 0, troubles(run))
  const [round] = roundsOf(run)
  t.log(JSON.stringify(round))
  t.like(round, { cluster: 'pacemaker1', status: 'ok', round: 1, rounds: 1, node })
  t.true(round!.requests > 20)
  t.true(round!.failed_requests === 0 || round!.outage_at_ms! > -100, 'nothing failed before')
  expect(t, round!)
  t.is(summaryOf(run).changed, 0)
  await drills.nothingIsLeft(t)
  if (words.includes('apache2')) t.true(tasksOf(run)[0]!.effects?.[0]?.startsWith('the failure of WebSite on'))
  return round!
}
