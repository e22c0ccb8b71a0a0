import type { Observations } from '../../../roles/drill/result.js'

export const good = (at: number, node = 'node1') => ({ at, ms: 5, node })
export const bad = (at: number) => ({ at, ms: 5, error: 'no connection' })

export const first = (periods: { from: number; to: number }[][]) => [{ address: '192.168.0.10', periods }]

/** What was observed in a planned move. */
export const observed: Observations = {
  cluster: 'pacemaker1',
  round: 1,
  rounds: 1,
  fault: 'standby',
  node: 'node1',
  description: 'is put in standby',
  answers: [good(-40), good(0), bad(40), bad(80), good(2200, 'node2'), good(2240, 'node2')],
  journal: [
    { at: 20.4, kind: 'transition', by: 'node2' },
    { at: 2100, kind: 'started', resource: 'FloatIP', node: 'node2', by: 'node2' },
    { at: 2190, kind: 'started', resource: 'WebSite', node: 'node2', by: 'node2' },
    { at: -900, kind: 'left', by: 'node2' },
    { at: 9000, kind: 'started', resource: 'WebSite', node: 'node1', by: 'node1' },
  ],
  addresses: first([[{ from: -Infinity, to: 2000 }], [{ from: 2050, to: 9000 }]]),
  isMonitored: true,
  fences: false,
  fenced: [],
  floatingIpNode: { before: 'node1', recovered: 'node2', end: 'node2' },
  promoted: { before: new Map(), recovered: new Map() },
  repairedAt: 4000,
  healthyAt: 6000,
  maxOutage: undefined,
  failure: undefined,
}
