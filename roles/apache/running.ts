import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { on, readOnAll, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { skip, warn, type ClusterTask } from '../../runner/tasks/task.js'
import { InterruptedError } from '../../runner/errors.js'
import { configuration, differenceBetween, hashOf, olderThanDisk, pidFile, shortHash, type Configuration } from './configuration.js'
import { complaints, confirm, readOnlyTestScript, refuseBroken, reload } from './reload.js'

const agent = 'ocf:heartbeat:apache'

/**
 * Where the cluster runs Apache, the process has the configuration that is on disk. What it includes from outside of
 * /etc/apache2 is not looked at. A node that is down hinders nobody; when it is back, it starts with its own files.
 */
export function apacheRunsItsFiles(cluster: Cluster, needs: readonly string[]): ClusterTask<Node> {
  return clusterTask('apache runs what its files say', {
    needs,
    tolerant: true,
    async check(scope) {
      const seen = await observe(scope)
      if (seen.active.length === 0) return skip('the cluster runs apache on none of the selected nodes')
      const older = seen.active.filter(({ runsWith }) => runsWith !== undefined)
      if (older.length === 0) {
        const remarks = remarksOn(seen)
        return remarks.length === 0 ? [] : warn(remarks.join('; '))
      }
      return older.map(({ member, runsWith, found }) => ({
        subject: on('configuration that apache runs with', [member]),
        from: runsWith,
        to: shortHash(hashOf(found)),
        note: 'graceful reload: the process stays, and no request is lost',
      }))
    },
    async forecast(scope) {
      const { installed } = await observe(scope)
      const broken = await complaints(installed.map(([member]) => member), readOnlyTestScript(configFile(cluster)))
      return broken.map(([member, complaint]) => `nothing would be reloaded: ${on('apache refuses its configuration', [member])}: ${complaint.replaceAll('\n', ' ')}`)
    },
    async apply(scope) {
      const seen = await observe(scope)
      await refuseBroken(seen.installed.map(([member]) => member), configFile(cluster))
      // One after the other: what no test foresees is met on one node only.
      for (const { member, runsWith, found, resources } of seen.active) {
        if (runsWith === undefined) continue
        if (scope.stop.aborted) throw new InterruptedError(`interrupted before apache on ${member.name} was reloaded`)
        await reload(member, hashOf(found), resources)
        for (const resource of resources) await confirm(member, resource)
      }
      return [...remarksOn(seen), ...scope.members.filter(({ unreachable }) => unreachable).map(({ name }) => `the configuration of ${name} was not tested: it is unreachable`)]
    },
  })
}

/** A selected node on which the cluster runs Apache, and what is known of it there. */
interface Active {
  member: ClusterMember
  found: Configuration
  /** What it runs with where that is not what is on disk. */
  runsWith: string | undefined
  resources: string[]
}

interface Seen {
  installed: [ClusterMember, Configuration][]
  active: Active[]
}

async function observe({ members, selected, leader }: Scope): Promise<Seen> {
  const [state, all] = await Promise.all([leader.read(clusterState), readOnAll(members, configuration)])
  const installed = all.flatMap(([member, found]): [ClusterMember, Configuration][] => found ? [[member, found]] : [])
  const running = state?.resources.filter(resource => resource.agent === agent && resource.active) ?? []
  const active = installed.filter(([member]) => selected.includes(member)).flatMap(([member, found]) => {
    const resources = running.filter(({ nodes }) => nodes.includes(member.name)).map(({ id }) => id)
    return resources.length === 0 ? [] : [{ member, found, resources, runsWith: olderThanDisk(found) }]
  })
  return { installed, active }
}

/** What an admin may mean, and should know all the same. */
function remarksOn({ installed, active }: Seen): string[] {
  const unknown = active.filter(({ found }) => found.load === undefined).map(({ member }) => member)
  const difference = differenceBetween(installed.map(([{ name }, found]) => [name, found]))
  return [
    ...(unknown.length === 0 ? [] : [`${on('what apache runs with', unknown)} cannot be told: ${pidFile} names no process of it`]),
    ...(difference === undefined ? [] : [difference]),
  ]
}

/** What the agent is told, else what it finds by itself (cluster-facts C8). */
function configFile({ resources }: Cluster): string {
  const apache = resources.find(resource => resource.kind === 'primitive' && resource.agent === agent)
  return (apache?.kind === 'primitive' ? apache.params['configfile'] : undefined) ?? '/etc/apache2/apache2.conf'
}
