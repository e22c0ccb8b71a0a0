import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { lostFromCib } from '../../runner/cluster/rollout/node-attributes.js'
import { packageState } from '../../runner/facts/packages.js'
import { advisory, mismatch, readAvailableViews, pacemakerNotAnswering } from './verdict.js'

/** Packages whose daemons communicate between nodes. */
const daemons = ['corosync', 'pacemaker']

/**
 * A warning, since nodes of different versions work together during an upgrade: nothing is reloaded meanwhile (`refuseMixedVersions`).
 * Compares the packages and the running versions: they differ on a node that was upgraded but not restarted.
 */
export async function sameVersions(scope: Scope): Promise<Verdict> {
  const [lost, ...installed] = await Promise.all([
    lostFromCib(scope),
    ...daemons.map(async name => [name, await readOnAll(scope.members, packageState(name))] as const),
  ])
  const { violations } = await readAvailableViews(scope, clusterState, pacemakerNotAnswering, ({ nodes }) =>
    mismatch(
      'pacemaker runs with feature set',
      nodes.flatMap(({ name, online, featureSet }): [string, string][] =>
        online && featureSet !== undefined && !lost.includes(name) ? [[name, featureSet]] : [],
      ),
    ),
  )
  const versions = installed.map(
    ([name, states]) =>
      [name, states.map(([member, { version }]): [string, string] => [member.name, version ?? 'missing'])] as const,
  )
  return advisory(
    [...violations, ...versions.flatMap(([name, states]) => mismatch(name, states))],
    versions.map(([name, states]) => `${name} ${states[0]?.[1]}`).join(', '),
    'upgrade the older nodes, one after the other: `crm node standby`, `apt-get install corosync pacemaker`, `crm node online`; do not reload Corosync before',
  )
}
