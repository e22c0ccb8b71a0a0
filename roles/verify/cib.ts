import { digestOf, versionOf } from '../../runner/cluster/cib/version.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { lostFromCib } from '../../runner/cluster/rollout/node-attributes.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { mismatch, readAvailableViews, pacemakerNotAnswering, verdict } from './verdict.js'

const hint =
  'the DC sends its CIB to every node that joins: `journalctl -u pacemaker` on the nodes shows why it could not; if the nodes are disconnected from each other, repair that first'

/**
 * Each node answers from its own copy. The nodes are asked at slightly different times, and a change takes a moment to reach all of
 * them: only a difference that stays counts. The number of status updates is not compared: the DC makes some in its own copy only,
 * so that the numbers may differ until the next change (controld_join_dc.c). Other assertions compare the nodes and resources.
 */
export async function oneCib(scope: Scope): Promise<Verdict> {
  const { viewsByNode, violations } = await readAvailableViews(scope, cibText, pacemakerNotAnswering)
  const differences = [
    ...mismatch(
      'configuration',
      viewsByNode.map(([name, cib]) => [name, digestOf(cib)]),
    ),
    ...mismatch(
      'version',
      viewsByNode.map(([name, cib]) => [name, versionOf(cib)]),
    ),
  ]
  const [, cib] = viewsByNode[0] ?? []
  const evidence =
    cib === undefined ? '' : `version ${versionOf(cib)}, digest ${digestOf(cib)}, on ${viewsByNode.length} nodes`
  return { ...verdict([...violations, ...differences], evidence, hint), fleeting: violations.length === 0 }
}

/** Reports lost attributes. Nodes whose old Pacemaker writes no such attributes are reported by the assertion about versions. */
export async function transientAttributesInCib(scope: Scope): Promise<Verdict> {
  const [{ violations }, lost] = await Promise.all([
    readAvailableViews(scope, clusterState, pacemakerNotAnswering),
    lostFromCib(scope),
  ])
  return verdict(
    [...violations, ...lost.map(name => `the attributes of ${name} are missing`)],
    'the attributes of all nodes',
    '`ha-run pacemaker`, or `attrd_updater --refresh` on a node, writes them again',
  )
}
