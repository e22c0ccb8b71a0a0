import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { lostFromCib } from '../../runner/cluster/rollout/node-attributes.js'
import { packageVersion } from '../../runner/facts/packages.js'
import { differing, fromWhoAnswers, silentPacemaker, verdict } from './views.js'

/** What must understand each other between nodes. */
const daemons = ['corosync', 'pacemaker']

/** By the packages, and by what runs: a node that was upgraded and not restarted has the one new and the other old. */
export async function sameVersions(scope: Scope): Promise<Verdict> {
  const [lost, ...installed] = await Promise.all([
    lostFromCib(scope),
    ...daemons.map(async name => [name, await readOnAll(scope.members, packageVersion(name))] as const),
  ])
  const { complaints } = await fromWhoAnswers(scope, clusterState, silentPacemaker, ({ nodes }) => differing('pacemaker runs with feature set', nodes.flatMap(
    ({ name, online, featureSet }): [string, string][] => online && featureSet !== undefined && !lost.includes(name) ? [[name, featureSet]] : [])))
  const versions = installed.map(([name, states]) => [name, states.map(([member, version]): [string, string] => [member.name, version ?? 'missing'])] as const)
  return verdict(
    [...complaints, ...versions.flatMap(([name, states]) => differing(name, states))],
    versions.map(([name, states]) => `${name} ${states[0]?.[1]}`).join(', '),
    'upgrade the nodes that are behind, one after the other: `crm node standby`, `apt-get install corosync pacemaker`, `crm node online`; reload nothing until then',
  )
}
