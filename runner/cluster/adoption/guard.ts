import { TaskError } from '../../errors.js'
import { fileText } from '../../facts/files.js'
import { sh } from '../../ssh/quote.js'
import { confPath } from '../corosync/files.js'
import type { Cluster } from '../declaration/declaration.js'
import { quorum, runningKeys } from '../corosync/facts.js'
import { cibText, clusterState } from '../pacemaker/facts.js'
import { reachable, type ClusterMember } from '../members.js'
import { firstOf, parseXml } from '../pacemaker/xml.js'
import { compareFound, fencingObstacles, type Comparison, type FoundNode } from './compare.js'
import { adoptionRecord, standingOf } from './standing.js'

export interface GuardOptions {
  /** Plans change nothing, and need no adoption. */
  check: boolean
  /** `--adopt`: take over a cluster that was found. */
  adopt: boolean
  /** Who adopts it, and in which run: for the record. */
  by: string
  /** Settles once no other run works on the cluster. */
  locked: Promise<void>
}

/**
 * What stands between a command and a cluster that somebody else has built: nothing is changed there before it was adopted,
 * and what would do harm is found before the first change.
 *
 * @returns what people should know, as sentences.
 * @throws TaskError where nothing must be changed.
 */
export async function guard(cluster: Cluster, members: ClusterMember[], { check, adopt, by, locked }: GuardOptions): Promise<string[]> {
  // Asked in one breath with everything else that the run asks first.
  const [{ standing, adopted }, nodes, cibs] = await Promise.all([
    standingOf(members), Promise.all(reachable(members).map(foundNode)), Promise.all(reachable(members).map(async member => member.read(cibText))),
  ])
  const cib = cibs.find(text => text !== undefined)
  if (cluster.fencing === 'kept' && standing === 'bare') throw new TaskError(`${cluster.name} does not run yet, so that there is no fencing to keep`, { hint: 'write `fencing: disabled`' })
  if (standing !== 'found' || adopted) {
    // Whatever else differs is drift, which the run repairs; fencing must not be declared away.
    const [obstacle] = cib === undefined ? [] : fencingObstacles(cluster, firstOf(parseXml(cib), 'configuration'))
    if (obstacle !== undefined) throw new TaskError(`${cluster.name}: ${obstacle}`, { hint: 'nothing was changed' })
    return []
  }
  const absent = members.filter(({ unreachable }) => unreachable).map(({ name }) => `${name} is unreachable: a cluster is adopted with all of its nodes`)
  const comparison = compareFound(cluster, nodes, cib)
  const obstacles = [...absent, ...comparison.obstacles]
  if (obstacles.length > 0) throw refusal(cluster, obstacles)
  if (check) return [`${cluster.name} was built by somebody else and is not adopted yet: \`ha-run site --adopt\` does that. ${sentences(comparison)}`]
  if (!adopt) {
    throw new TaskError(`${cluster.name} runs already, and somebody else has built it: nothing was changed`, {
      hint: `\`ha-run site --adopt\` takes it over as it runs. ${sentences(comparison)}`,
    })
  }
  await locked
  await Promise.all(members.map(async member => {
    await member.$({ input: `${by}\n` }).script(sh`mkdir -p -m 0755 /var/lib/ha-run && cat >${`${adoptionRecord}.new`} && sync -- ${`${adoptionRecord}.new`} && mv -- ${`${adoptionRecord}.new`} ${adoptionRecord}`)
    member.changed()
  }))
  return [`${cluster.name} is adopted. ${sentences(comparison)}`]
}

async function foundNode(member: ClusterMember): Promise<FoundNode> {
  const [conf, keys, state, counted] = await Promise.all([member.read(fileText(confPath)), member.read(runningKeys), member.read(clusterState), member.read(quorum)])
  return { name: member.name, links: member.node.links, conf, keys, quorum: counted, state }
}

function refusal(cluster: Cluster, obstacles: string[]): TaskError {
  return new TaskError(`${cluster.name} cannot be adopted, and nothing was changed: ${obstacles.join('; ')}`, {
    hint: 'make the inventory say so and run again; `ha-run import NODE` prints one that fits',
  })
}

function sentences({ kept, changes }: Comparison): string {
  return [
    ...kept.length > 0 ? [`Kept: ${kept.join(', ')}.`] : [],
    changes.length > 0 ? `Changed, since it is declared: ${changes.join(', ')}.` : 'Nothing would be changed.',
  ].join(' ')
}
