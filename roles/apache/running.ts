import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { onNodes, readOnAll, type ClusterMember, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { skip, warn, type ClusterTask, type TaskRef } from '../../runner/tasks/index.js'
import { InterruptedError } from '../../runner/errors.js'
import {
  apacheConfiguration,
  configurationDifference,
  hashOf,
  loadedConfiguration,
  pidFile,
  shortHash,
  type Configuration,
} from './configuration.js'
import { findRejections, monitorOnce, readOnlyConfigtest, refuseRejected, reload } from './reload.js'

const agent = 'ocf:heartbeat:apache'

/**
 * Where the cluster runs Apache, the process has loaded the configuration on disk. Files that it includes from outside of
 * /etc/apache2 are not tracked. An unreachable node delays no other; when it returns, it starts with its own files.
 */
export function apacheRunsItsConfiguration(cluster: Cluster, needs: readonly TaskRef[]): ClusterTask<Node> {
  return clusterTask('apache runs the configuration on disk', {
    needs,
    tolerant: true,
    async check(scope) {
      const state = await readState(scope)
      if (state.active.length === 0) return skip('the cluster runs apache on none of the selected nodes')
      const outdated = state.active.filter(({ loaded }) => loaded !== undefined)
      if (outdated.length === 0) {
        const remarks = remarksOn(state)
        return remarks.length === 0 ? [] : warn(remarks.join('; '))
      }
      return outdated.map(({ member, loaded, onDisk }) => ({
        subject: onNodes('configuration that apache has loaded', [member]),
        from: loaded,
        to: shortHash(hashOf(onDisk)),
        note: 'graceful reload: the process stays, and no request is lost',
      }))
    },
    async forecast(scope) {
      const { installed } = await readState(scope)
      const rejections = await findRejections(
        installed.map(([member]) => member),
        async $ => readOnlyConfigtest($, configFile(cluster)),
      )
      return rejections.map(
        ({ member, reason }) =>
          `nothing would be reloaded: ${onNodes('apache rejects its configuration', [member])}: ${reason.replaceAll('\n', ' ')}`,
      )
    },
    async apply(scope) {
      const state = await readState(scope)
      await refuseRejected(
        state.installed.map(([member]) => member),
        configFile(cluster),
      )
      // One after the other: a failure that the test cannot predict affects one node only.
      for (const { member, loaded, onDisk, resources } of state.active) {
        if (loaded === undefined) continue
        if (scope.stop.aborted) throw new InterruptedError(`interrupted before apache on ${member.name} was reloaded`)
        await reload(member, hashOf(onDisk), resources)
        for (const resource of resources) await monitorOnce(member, resource)
      }
      return [
        ...remarksOn(state),
        ...scope.members
          .filter(({ unreachable }) => unreachable)
          .map(({ name }) => `the configuration of ${name} was not tested: it is unreachable`),
      ]
    },
  })
}

/** A selected node on which the cluster runs Apache. */
interface ActiveNode {
  member: ClusterMember
  onDisk: Configuration
  /** What the process has loaded, if that is not what is on disk. */
  loaded: string | undefined
  resources: string[]
}

interface ApacheState {
  installed: [ClusterMember, Configuration][]
  active: ActiveNode[]
}

async function readState({ members, selected, leader }: Scope): Promise<ApacheState> {
  const [cluster, configurations] = await Promise.all([
    leader.read(clusterState),
    readOnAll(members, apacheConfiguration),
  ])
  const installed = configurations.flatMap(([member, onDisk]): [ClusterMember, Configuration][] =>
    onDisk ? [[member, onDisk]] : [],
  )
  const running = cluster?.resources.filter(resource => resource.agent === agent && resource.active) ?? []
  const active = installed
    .filter(([member]) => selected.includes(member))
    .flatMap(([member, onDisk]) => {
      const resources = running.filter(({ nodes }) => nodes.includes(member.name)).map(({ id }) => id)
      return resources.length === 0 ? [] : [{ member, onDisk, resources, loaded: loadedConfiguration(onDisk) }]
    })
  return { installed, active }
}

/** What an admin may intend, and should know. */
function remarksOn({ installed, active }: ApacheState): string[] {
  const unknown = active.filter(({ onDisk }) => onDisk.load === undefined).map(({ member }) => member)
  const difference = configurationDifference(installed.map(([{ name }, onDisk]) => [name, onDisk]))
  return [
    ...(unknown.length === 0
      ? []
      : [`${onNodes('what apache has loaded', unknown)} is not known: ${pidFile} does not name an apache2 process`]),
    ...(difference === undefined ? [] : [difference]),
  ]
}

/** The agent's parameter, or else the file that the agent finds by itself (docs/facts.md, Resource agents). */
function configFile({ resources }: Cluster): string {
  const apache = resources.find(resource => resource.kind === 'primitive' && resource.agent === agent)
  return (apache?.kind === 'primitive' ? apache.params['configfile'] : undefined) ?? '/etc/apache2/apache2.conf'
}
