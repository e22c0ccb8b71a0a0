import { openProbe } from '../../runner/cluster/probes/open.js'
import { subjectOf, type Answer } from '../../runner/cluster/probes/judge.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import type { Probe } from '../../runner/cluster/declaration/probe.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { deadline } from '../../runner/ssh/probe-loop.js'
import { verdict } from './verdict.js'
import { nodesWith, visit } from './visitor.js'

/** A program may do more than one request. */
const timeoutsMs = { http: 5000, dns: 5000, tcp: 5000, command: 10_000 }

/** Asks what `cluster.probes` declares. A failure names the resources that do not run, which may be its cause. */
export function probeAnswers(cluster: Cluster, probe: Probe) {
  const timeoutMs = probe.timeoutMs ?? timeoutsMs[probe.kind]
  const { floatingAddress } = probe
  const hint = `${
    probe.kind === 'command' ? `it runs in ${probe.folder}` : '`ha-run constraints` restores the declared resources'
  }; \`crm_mon -1\` on a node shows what runs where`
  return async (scope: Scope): Promise<Verdict> => {
    const ask = async (through?: ClusterMember) => ({
      seen: await askOnce(cluster, probe, timeoutMs, through),
      through,
    })
    const { owner, answer } =
      probe.kind === 'command'
        ? { owner: (await nodesWith(reachable(scope.members), floatingAddress))[0], answer: async () => ask() }
        : await visit(scope, floatingAddress, ask)
    const isNowhere = floatingAddress !== undefined && !owner
    try {
      if (isNowhere && probe.kind !== 'command') throw new Error('not asked')
      const { seen, through } = await answer()
      return verdict([], evidenceOf(seen, through?.name, owner?.name, floatingAddress), hint)
    } catch (error) {
      const causes = [
        ...(isNowhere ? [`no node has ${floatingAddress}`] : []),
        ...stoppedIn(await scope.leader.read(clusterState)),
      ]
      const reason = causes.length === 0 ? '' : `, because ${causes.join(' and ')}`
      return verdict([`${subjectOf(probe)}: ${(error as Error).message}${reason}`], '', hint)
    }
  }
}

async function askOnce(
  cluster: Cluster,
  probe: Probe,
  timeoutMs: number,
  through: ClusterMember | undefined,
): Promise<Answer> {
  const opened = await openProbe(probe, cluster, timeoutMs, { through: through?.connection })
  const { signal, cancel } = deadline(timeoutMs)
  return opened.ask(signal).finally(() => {
    cancel()
    opened.close()
  })
}

/** `HTTP 200 from node1, through node2`, or `accepts connections, through node2; node1 has 192.168.0.10` */
export function evidenceOf(
  { text, server }: Answer,
  through: string | undefined,
  owner: string | undefined,
  address: string | undefined,
): string {
  const from = server === undefined ? '' : ` from ${server}`
  const by = through === undefined ? '' : `, through ${through}`
  const having = server !== undefined || owner === undefined ? '' : `; ${owner} has ${address}`
  return text + from + by + having
}

/** `WebSite is stopped` for each resource without an active instance. */
export function stoppedIn(state: ClusterState | undefined): string[] {
  if (!state) return []
  const active = new Set(state.resources.filter(resource => resource.active && !resource.failed).map(({ id }) => id))
  return [...new Set(state.resources.map(({ id }) => id))].filter(id => !active.has(id)).map(id => `${id} is stopped`)
}
