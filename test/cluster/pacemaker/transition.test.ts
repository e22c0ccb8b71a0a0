import test from 'ava'
import { effectSentences, hasActions, parseTransition } from '../../../runner/cluster/pacemaker/transition.js'

/** As crm_simulate prints it where a stop has failed for good (cts/scheduler/summary/bug-5028.summary of Pacemaker). */
const blocked = `Transition Summary:
  * Stop       dummy01     ( bl460g6a )  due to unrunnable dummy02 stop (blocked)

Executing Cluster Transition:
  * Pseudo action:   dummy-g_stop_0

Revised Cluster Status:
  * Node List:
`
const moving = `Transition Summary:
  * Move       FloatIP     ( node1 -> node2 )

Executing Cluster Transition:
  * Resource action: FloatIP         stop on node1
  * Resource action: FloatIP         start on node2
`

test('a blocked action is not waited for, and the forecast shows it as blocked', t => {
  t.false(hasActions(blocked))
  t.deepEqual(effectSentences(parseTransition(blocked)), [
    'Stop dummy01 ( bl460g6a ) due to unrunnable dummy02 stop (blocked)',
  ])
  t.true(hasActions(moving))
  t.false(
    hasActions(
      'Transition Summary:\n\nExecuting Cluster Transition:\n\nRevised Cluster Status:\n  * Resource action: x\n',
    ),
  )
})
