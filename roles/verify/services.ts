import { runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { reachable, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { unitState, type UnitState } from '../../runner/facts/units.js'
import { verdict, type Violation } from './verdict.js'

const daemons = ['corosync.service', 'pacemaker.service']

/** What is wrong with the units, node by node. */
async function unitViolations(
  members: ClusterMember[],
  units: string[],
  judge: (state: UnitState, unit: string) => Violation[],
): Promise<Violation[]> {
  const violations = await Promise.all(
    reachable(members).flatMap(member =>
      units.map(async unit => {
        const state = await member.read(unitState(unit))
        return judge(state, unit).map(violation => `${member.name}: ${violation}`)
      }),
    ),
  )
  return violations.flat()
}

/** After Corosync has died, systemd may still report pacemaker as active: other assertions check that the daemons work. */
export async function daemonsActiveAndEnabled({ members }: Scope): Promise<Verdict> {
  const violations = await unitViolations(members, daemons, ({ active, file }, unit) => [
    ...(active === 'active' ? [] : [`${unit} is ${active || 'missing'}`]),
    ...(file === 'enabled' ? [] : [`${unit} is ${file || 'not there'} at boot`]),
  ])
  return verdict(
    violations,
    `${daemons.join(' and ')} are active and enabled`,
    '`ha-run corosync pacemaker` enables and starts them; `systemctl status` on the node shows why one has stopped',
  )
}

/**
 * Debian starts what it installs: a cluster of one node named debian, and Apache. ha-run masks the units during the installation. So
 * what may be left is Debian's default cluster, or a mask of an interrupted run.
 */
export function noInstallLeftovers(cluster: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const [masks, defaults] = await Promise.all([
      unitViolations(members, [...daemons, ...ownUnits(cluster)], ({ file }, unit) =>
        file === 'masked-runtime' ? [`${unit} is ${file}`] : [],
      ),
      Promise.all(
        reachable(members).map(async member => {
          const cmap = await member.read(runningCmap)
          return cmap && runsDebianDefault(cmap)
            ? [`${member.name}: corosync runs Debian's default cluster, on 127.0.0.1`]
            : []
        }),
      ),
    ])
    return verdict(
      [...masks, ...defaults.flat()],
      'no masked units, no default cluster',
      '`ha-run site` removes the default cluster and unmasks its units; by hand: `systemctl unmask --runtime UNIT`',
    )
  }
}

/** systemd must neither start nor stop a service that the cluster runs: otherwise it may run twice, or stop. */
export function onlyClusterRunsServices(cluster: Cluster) {
  const units = ownUnits(cluster)
  return async ({ members }: Scope): Promise<Verdict> => {
    const violations = await unitViolations(members, units, ({ active, file }, unit) => [
      ...(file.startsWith('enabled') ? [`systemd starts ${unit} at boot`] : []),
      // For a resource of class systemd, Pacemaker starts the unit.
      ...(active === 'active' && !isAgent(cluster, unit) ? [`systemd runs ${unit}`] : []),
    ])
    return verdict(
      violations,
      units.length === 0 ? 'no service is declared' : `${units.join(', ')} not run by systemd`,
      units.map(unit => `\`systemctl disable --now ${unit}\` on the node leaves it to the cluster`).join(', '),
    )
  }
}

/** The systemd units of the services that the cluster runs. */
export function ownUnits({ resources }: Cluster): string[] {
  const agents = resources.flatMap(resource => (resource.kind === 'primitive' ? [resource.agent] : []))
  return [
    ...new Set(
      agents.flatMap(agent => (agent === 'ocf:heartbeat:apache' ? ['apache2.service'] : (unitOfAgent(agent) ?? []))),
    ),
  ]
}

function unitOfAgent(agent: string): string | undefined {
  const [, name] = /^systemd:(.+)$/.exec(agent) ?? []
  return name === undefined || name.includes('.') ? name : `${name}.service`
}

function isAgent({ resources }: Cluster, unit: string): boolean {
  return resources.some(resource => resource.kind === 'primitive' && unitOfAgent(resource.agent) === unit)
}
