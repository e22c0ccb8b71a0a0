import { runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { unitState, type UnitState } from '../../runner/facts/units.js'
import { verdict, type Complaint } from './views.js'

const daemons = ['corosync.service', 'pacemaker.service']

/** What a node's units leave to be desired, node by node. */
async function unitComplaints(
  members: ClusterMember[], units: string[], judge: (state: UnitState, unit: string) => Complaint[],
): Promise<Complaint[]> {
  const complaints = await Promise.all(reachable(members).flatMap(member => units.map(async unit => {
    const state = await member.read(unitState(unit))
    return judge(state, unit).map(complaint => `${member.name}: ${complaint}`)
  })))
  return complaints.flat()
}

/** systemd calls pacemaker active where Corosync was killed under it: that it runs is for the other assertions to say. */
export async function daemonsRunAndStart({ members }: Scope): Promise<Verdict> {
  const complaints = await unitComplaints(members, daemons, ({ active, file }, unit) => [
    ...(active === 'active' ? [] : [`${unit} is ${active || 'missing'}`]),
    ...(file === 'enabled' ? [] : [`${unit} is ${file || 'not there'} at boot`]),
  ])
  return verdict(complaints, `${daemons.join(' and ')} are active and enabled`, '`ha-run corosync pacemaker` enables and starts them; `systemctl status` on the node says why one stopped')
}

/**
 * Debian starts what it installs: a cluster of one node named debian, and Apache. ha-run installs behind masks, so what is
 * left is either of those, or a mask that an interrupted run has left behind.
 */
export function noInstallTraps(cluster: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const [masks, defaults] = await Promise.all([
      unitComplaints(members, [...daemons, ...ownUnits(cluster)], ({ file }, unit) => file === 'masked-runtime' ? [`${unit} is ${file}`] : []),
      Promise.all(reachable(members).map(async member => {
        const cmap = await member.read(runningCmap)
        return cmap && runsDebianDefault(cmap) ? [`${member.name}: corosync runs the cluster that Debian ships, on 127.0.0.1`] : []
      })),
    ])
    return verdict([...masks, ...defaults.flat()], 'no masked units, no shipped cluster', '`ha-run site` takes the shipped cluster away and unmasks what it masked; `systemctl unmask --runtime` does it by hand')
  }
}

/** Where the cluster runs a service, systemd must neither start nor stop it: two that decide bring it up twice, or down. */
export function clusterAloneRunsServices(cluster: Cluster) {
  const units = ownUnits(cluster)
  return async ({ members }: Scope): Promise<Verdict> => {
    const complaints = await unitComplaints(members, units, ({ active, file }, unit) => [
      ...(file.startsWith('enabled') ? [`systemd starts ${unit} at boot`] : []),
      // A resource of class systemd is a unit that Pacemaker has started.
      ...(active === 'active' && !isAgent(cluster, unit) ? [`systemd runs ${unit}`] : []),
    ])
    return verdict(complaints, units.length === 0 ? 'no service is declared' : `${units.join(', ')}: not by systemd`, units.map(unit => `\`systemctl disable --now ${unit}\` on the node hands it to the cluster`).join(', '))
  }
}

/** Units of what the cluster runs. */
export function ownUnits({ resources }: Cluster): string[] {
  const agents = resources.flatMap(resource => resource.kind === 'primitive' ? [resource.agent] : [])
  return [...new Set(agents.flatMap(agent => agent === 'ocf:heartbeat:apache' ? ['apache2.service'] : unitOfAgent(agent) ?? []))]
}

function unitOfAgent(agent: string): string | undefined {
  const [, name] = /^systemd:(.+)$/.exec(agent) ?? []
  return name === undefined || name.includes('.') ? name : `${name}.service`
}

function isAgent({ resources }: Cluster, unit: string): boolean {
  return resources.some(resource => resource.kind === 'primitive' && unitOfAgent(resource.agent) === unit)
}
