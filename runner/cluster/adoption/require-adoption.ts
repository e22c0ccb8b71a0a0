import { TaskError } from '../../errors.js'
import { fileText } from '../../facts/files.js'
import { confPath } from '../corosync/files.js'
import type { Cluster } from '../declaration/declaration.js'
import { quorum, runningCmap } from '../corosync/facts.js'
import { learnSecretNames } from '../cib/secret-names.js'
import { cibText, clusterState } from '../pacemaker/facts.js'
import { reachable, type ClusterMember } from '../members.js'
import { judgeNames, refuseProblems } from '../names/judge-names.js'
import { partsOf } from '../names/names-to-judge.js'
import { compareDeclaration, type Comparison, type RunningNode } from './compare.js'
import { fencingObstacles } from './fencing-obstacles.js'
import { adoptionRecord, readProvenance } from './provenance.js'

export interface AdoptionOptions {
  /** With `--check` nothing is changed, so no adoption is required. */
  check: boolean
  /** `--adopt`: take over a cluster that somebody else built. */
  adopt: boolean
  /** The names of the roles that run. */
  roles: ReadonlySet<string>
  /** The user, the date and the run, for the adoption record. */
  by: string
  /** Settles once this run has locked the cluster. */
  locked: Promise<void>
}

/**
 * Refuses to change a cluster that somebody else built before it is adopted, and adopts it with `--adopt`. Every
 * obstacle is reported before the first change.
 *
 * @returns notices for the user.
 * @throws TaskError if nothing may be changed.
 */
export async function requireAdoption(
  cluster: Cluster,
  members: ClusterMember[],
  { check, adopt, roles, by, locked }: AdoptionOptions,
): Promise<string[]> {
  // Read in one round trip with everything else that the run reads first.
  const [{ provenance, adopted }, nodes, cibs] = await Promise.all([
    readProvenance(members),
    Promise.all(reachable(members).map(readRunningNode)),
    Promise.all(reachable(members).map(async member => member.read(cibText))),
  ])
  const cib = cibs.find(text => text !== undefined)
  if (cluster.fencing === 'kept' && provenance === 'bare')
    throw new TaskError(`${cluster.name} does not run yet, so there is no fencing to keep`, {
      hint: 'declare fencing devices, or write `fencing: disabled`',
    })
  if (provenance !== 'foreign' || adopted) {
    // The run repairs every other difference as drift, but a declaration must not switch off working fencing.
    const [obstacle] = cib === undefined ? [] : fencingObstacles(cluster, cib)
    if (obstacle !== undefined) throw new TaskError(`${cluster.name}: ${obstacle}`, { hint: 'nothing was changed' })
    await refuseUnknownNames(cluster, members, roles)
    return []
  }
  const unreachable = members
    .filter(({ unreachable }) => unreachable)
    .map(({ name }) => `${name} is unreachable: adoption needs all nodes`)
  const [reader] = reachable(members)
  if (reader !== undefined) await learnSecretNames(cib, async fact => reader.read(fact))
  const comparison = compareDeclaration(cluster, nodes, cib)
  const obstacles = [...unreachable, ...comparison.obstacles]
  if (obstacles.length > 0) throw refusal(cluster, obstacles)
  await refuseUnknownNames(cluster, members, roles)
  if (check)
    return [
      `${cluster.name} was built by somebody else and is not adopted yet: \`ha-run site --adopt\` adopts it. ${summary(comparison)}`,
    ]
  if (!adopt) {
    throw new TaskError(`${cluster.name} runs already, and somebody else has built it: nothing was changed`, {
      hint: `\`ha-run site --adopt\` takes it over as it runs. ${summary(comparison)}`,
    })
  }
  await locked
  await Promise.all(
    members.map(async member => {
      const candidate = `${adoptionRecord}.new`
      await member.$({
        input: `${by}\n`,
      })`mkdir -p -m 0755 /var/lib/ha-run && cat >${candidate} && sync -- ${candidate} && mv -- ${candidate} ${adoptionRecord}`
      member.changed()
    }),
  )
  return [`${cluster.name} is adopted. ${summary(comparison)}`]
}

/** Names that are wrong are found before any role changes anything; on bare nodes some of them once Pacemaker is installed. */
async function refuseUnknownNames(
  cluster: Cluster,
  members: ClusterMember[],
  roles: ReadonlySet<string>,
): Promise<void> {
  const all = reachable(members)
  const cibs = await Promise.all(all.map(async member => member.read(cibText)))
  const member = all.find((_, at) => cibs[at] !== undefined) ?? all[0]
  if (member !== undefined) refuseProblems(cluster, await judgeNames(cluster.explicit, partsOf(roles), member))
}

async function readRunningNode(member: ClusterMember): Promise<RunningNode> {
  const [conf, cmap, state, votes] = await Promise.all([
    member.read(fileText(confPath)),
    member.read(runningCmap),
    member.read(clusterState),
    member.read(quorum),
  ])
  return { name: member.name, links: member.node.links, conf, cmap, quorum: votes, state }
}

function refusal(cluster: Cluster, obstacles: string[]): TaskError {
  return new TaskError(`${cluster.name} cannot be adopted, and nothing was changed: ${obstacles.join('; ')}`, {
    hint: 'correct the inventory and run again; `ha-run import NODE` prints an inventory of the running cluster',
  })
}

function summary({ kept, changes }: Comparison): string {
  return [
    ...(kept.length > 0 ? [`Kept: ${kept.join(', ')}.`] : []),
    changes.length > 0 ? `Changed, because it is declared: ${changes.join(', ')}.` : 'Nothing would be changed.',
  ].join(' ')
}
