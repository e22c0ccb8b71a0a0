import test from 'ava'
import { activityOf, compareWithForecast, effectsBetween } from '../../../runner/cluster/pacemaker/activity.js'
import { parseTransition } from '../../../runner/cluster/pacemaker/transition.js'

/** A CIB's status: `node/resource` with its last operation, `start 12`. */
function cibWith(operations: Record<string, string>): string {
  const states = Object.entries(operations).map(([place, last]) => {
    const [node, resource] = place.split('/')
    const [operation, call, code = '0'] = last.split(' ')
    return `<node_state uname="${node}"><lrm><lrm_resources><lrm_resource id="${resource}">
      <lrm_rsc_op id="${resource}_monitor_10000" operation="monitor" transition-magic="0:0;9" rc-code="0"/>
      <lrm_rsc_op id="${resource}_last_0" operation="${operation}" transition-magic="0:${code};${call}" rc-code="${code}"/>
    </lrm_resource></lrm_resources></lrm></node_state>`
  })
  return `<cib><configuration/><status>${states.join('')}</status></cib>`
}

const compares = test.macro({
  exec: (t, before: Record<string, string>, after: Record<string, string>, summary: string[], expected: string[]) => {
    const forecast = parseTransition(`Transition Summary:\n${summary.map(line => `  * ${line}\n`).join('')}\nExecuting`)
    t.deepEqual(
      compareWithForecast(forecast, effectsBetween(activityOf(cibWith(before)), activityOf(cibWith(after)))),
      expected,
    )
  },
  title: (name = '') => name,
})

test(
  'nothing',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'start 1' },
  [],
  ['nothing started, stopped or moved: as forecast'],
)
test(
  'two starts, by name: the CIB has them in the order of the probes',
  compares,
  {},
  { 'n1/B': 'start 1', 'n1/A': 'start 2' },
  ['Start A ( n1 )', 'Start B ( n1 )'],
  ['A started on n1, B started on n1: as forecast'],
)
test(
  'a move',
  compares,
  { 'n1/A': 'start 1', 'n2/A': 'monitor 2 7' },
  { 'n1/A': 'stop 3', 'n2/A': 'start 4' },
  ['Move A ( n1 -> n2 )'],
  ['A moved n1 -> n2: as forecast'],
)
test(
  'a restart',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'start 5' },
  ['Restart A ( n1 )  due to resource definition change'],
  ['A restarted on n1: as forecast'],
)
test(
  'a first start',
  compares,
  { 'n1/A': 'monitor 1 7' },
  { 'n1/A': 'start 5' },
  ['Start A ( n1 )'],
  ['A started on n1: as forecast'],
)
test(
  'a probe that finds it running',
  compares,
  {},
  { 'n1/A': 'monitor 1 0' },
  ['Start A ( n1 )'],
  ['A started on n1: as forecast'],
)
test(
  'a stop',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'stop 5' },
  ['Stop A ( n1 )  due to node availability'],
  ['A stopped on n1: as forecast'],
)
test(
  'a clone’s instances have one name',
  compares,
  {},
  { 'n1/A': 'start 1', 'n2/A': 'start 1' },
  ['Start A:0 ( n1 )', 'Start A:1 ( n2 )'],
  ['A started on n1, A started on n2: as forecast'],
)
test(
  'a stop on one node and a start on another is a move, even if the forecast lists them separately',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'stop 2', 'n2/A': 'start 3' },
  ['Stop A ( n1 )', 'Start A ( n2 )'],
  ['A moved n1 -> n2: as forecast'],
)
test(
  'another node than in the forecast',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'stop 2', 'n3/A': 'start 3' },
  ['Move A ( n1 -> n2 )'],
  ['A moved n1 -> n3; the forecast was: A moves n1 -> n2'],
)
test(
  'nothing, although the forecast was a restart',
  compares,
  { 'n1/A': 'start 1' },
  { 'n1/A': 'start 1' },
  ['Restart A ( n1 )'],
  ['nothing started, stopped or moved; the forecast was: A restarts on n1'],
)
test(
  'a failed start does not count as a start',
  compares,
  { 'n1/A': 'monitor 1 7' },
  { 'n1/A': 'start 2 1' },
  ['Start A ( n1 )'],
  ['nothing started, stopped or moved; the forecast was: A starts on n1'],
)

test(
  'a switchover',
  compares,
  { 'n1/DB': 'promote 1', 'n2/DB': 'start 2' },
  { 'n1/DB': 'demote 3', 'n2/DB': 'promote 4' },
  ['Demote DB:0 ( Promoted -> Unpromoted n1 )', 'Promote DB:1 ( Unpromoted -> Promoted n2 )'],
  ['DB was demoted on n1, DB was promoted on n2: as forecast'],
)
test(
  'a first promotion',
  compares,
  {},
  { 'n1/DB': 'start 1', 'n2/DB': 'promote 2' },
  ['Start DB:0 ( n1 )', 'Promote DB:1 ( Stopped -> Promoted n2 )'],
  ['DB started on n1, DB started on n2, DB was promoted on n2: as forecast'],
)
test(
  'a probe that finds an instance promoted is no promotion',
  compares,
  { 'n1/DB': 'promote 1' },
  { 'n1/DB': 'monitor 2 8' },
  [],
  ['nothing started, stopped or moved: as forecast'],
)
