import { digestOf, versionOf } from '../../runner/cluster/cib/version.js'
import { cibText, clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { lostFromCib } from '../../runner/cluster/rollout/node-attributes.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { differing, fromWhoAnswers, silentPacemaker, verdict } from './views.js'

const remedy = 'the DC hands its CIB to all who join: `journalctl -u pacemaker` on the nodes says what keeps it from doing so; where the nodes have lost sight of each other, mend that first'

/**
 * Each node answers from its own copy. The nodes are asked at slightly different moments, and a change takes a moment to
 * reach them all: only what stays different counts. The updates of the state are not counted: the DC makes some in its own
 * copy only, so that the counts may stay apart until there is something new to tell (controld_join_dc.c). What the copies
 * make of nodes and resources is compared by the assertions about those.
 */
export async function oneCib(scope: Scope): Promise<Verdict> {
  const { seen, complaints } = await fromWhoAnswers(scope, cibText, silentPacemaker)
  const differences = [
    ...differing('configuration', seen.map(([name, cib]) => [name, digestOf(cib)])),
    ...differing('version', seen.map(([name, cib]) => [name, versionOf(cib)])),
  ]
  const [, cib] = seen[0] ?? []
  const evidence = cib === undefined ? '' : `version ${versionOf(cib)}, digest ${digestOf(cib)}, on ${seen.length} nodes`
  return { ...verdict([...complaints, ...differences], evidence, remedy), fleeting: complaints.length === 0 }
}

/** What the CIB has lost; that an old Pacemaker writes no such attributes is for the versions' assertion to say. */
export async function attributesAreInCib(scope: Scope): Promise<Verdict> {
  const [{ complaints }, lost] = await Promise.all([fromWhoAnswers(scope, clusterState, silentPacemaker), lostFromCib(scope)])
  return verdict([...complaints, ...lost.map(name => `those of ${name} are lost`)], 'of all nodes', '`ha-run pacemaker`, or `attrd_updater --refresh` on a node, writes them again')
}
