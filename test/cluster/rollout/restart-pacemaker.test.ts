import test from 'ava'
import type { Daemon, DaemonFault } from '../../../runner/cluster/daemons.js'
import { costOf, planRestart } from '../../../runner/cluster/rollout/restart-pacemaker.js'
import { stateOf, type ShortState } from '../../roles/verify/state.js'

const cib = '<cib><configuration><crm_config/></configuration></cib>'
const ownMaintenance =
  '<cib><configuration><crm_config><cluster_property_set id="a"><nvpair name="maintenance-mode" value="false"/></cluster_property_set></crm_config></configuration></cib>'
const onNode1 = { resources: { FloatIP: ['node1'], WebSite: ['node1'] } }

const cases: [title: string, daemon: Daemon, state: ShortState | undefined, cib: string | undefined, cost: RegExp][] = [
  ['nothing runs there', 'pacemaker-based', { resources: { FloatIP: ['node2'] } }, cib, /^nothing runs there$/],
  ['the node can be drained', 'pacemaker-attrd', onNode1, cib, /^FloatIP, WebSite move away before$/],
  [
    'a daemon is missing that a drain needs',
    'pacemaker-based',
    onNode1,
    cib,
    /^FloatIP, WebSite keep running in maintenance mode$/,
  ],
  [
    'pacemakerd',
    'pacemakerd',
    { resources: { FloatIP: ['node1'] } },
    cib,
    /^FloatIP keeps running in maintenance mode$/,
  ],
  [
    'no other node is free',
    'pacemaker-attrd',
    { ...onNode1, standby: ['node2'] },
    cib,
    /keep running in maintenance mode$/,
  ],
  [
    'no other node is there',
    'pacemaker-attrd',
    { ...onNode1, offline: ['node2'] },
    cib,
    /keep running in maintenance mode$/,
  ],
  [
    'maintenance mode is switched off by somebody',
    'pacemaker-based',
    onNode1,
    ownMaintenance,
    /^FloatIP, WebSite may be interrupted .*`--allow-outage`$/,
  ],
  [
    'no other node sees the cluster',
    'pacemaker-attrd',
    undefined,
    undefined,
    /^what runs there may be interrupted .*`--allow-outage`$/,
  ],
]

for (const [title, daemon, state, text, cost] of cases) {
  test(`a restart of Pacemaker: ${title}`, t => {
    const fault: DaemonFault = { daemon, kind: 'hung', pid: 1 }
    const plan = planRestart({ member: { name: 'node1' }, faults: [fault] }, state && stateOf(state), text)
    t.regex(costOf(plan), cost)
  })
}
