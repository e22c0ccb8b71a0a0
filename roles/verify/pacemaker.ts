import type { Cluster } from '../../runner/cluster/declaration.js'
import { clusterState } from '../../runner/cluster/facts.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/engine/task.js'
import { fact, patient } from '../../runner/facts/fact.js'
import { lastLines } from '../../runner/transport/diagnose.js'
import { fromEveryView, verdict } from './views.js'

const silent = 'pacemaker does not answer'
const remedy = '`ha-run site` starts what is stopped; `crm_mon -1` and `journalctl -u pacemaker` on the node say more'

export async function oneDc(scope: Scope): Promise<Verdict> {
  const { views, complaints } = await fromEveryView(scope, clusterState, silent, ({ dc, quorate }) => [
    ...(dc === undefined ? ['no DC'] : []),
    ...(dc !== undefined && !quorate ? [`the partition of DC ${dc} has no quorum`] : []),
  ])
  const dcs = [...new Set(views.flatMap(({ dc }) => dc ?? []))]
  if (dcs.length > 1) complaints.push(`the nodes follow different DCs: ${dcs.join(', ')}`)
  return verdict(complaints, dcs.join(', '), remedy)
}

export function everyNodeOnline(cluster: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { views, complaints } = await fromEveryView(scope, clusterState, silent, ({ nodes }) => cluster.nodes.flatMap(({ name }) => {
      const state = nodes.find(node => node.name === name)
      if (!state) return [`${name} is not in the cluster`]
      return [...(state.online ? [] : [`${name} is offline`]), ...(state.unclean ? [`${name} is unclean`] : []), ...(state.pending ? [`${name} is pending`] : [])]
    }))
    const resting = (views[0]?.nodes ?? []).filter(({ standby, maintenance }) => standby || maintenance)
    if (complaints.length === 0 && resting.length > 0) {
      const evidence = resting.map(({ name, standby }) => `${name} is in ${standby ? 'standby' : 'maintenance'}`).join(', ')
      return { status: 'warning', evidence, hint: 'an admin may mean that; `crm node online` and `crm node ready` end it' }
    }
    return verdict(complaints, cluster.nodes.map(({ name }) => name).join(', '), remedy)
  }
}

/** `crm_verify` of 2.1.5 tells details on stderr, and only with -V (cluster-facts C6). */
const verification = fact('crm_verify -L -V', patient('crm_verify -L -V'), ({ exitCode, stdout, stderr }) =>
  ({ valid: exitCode === 0, says: lastLines(`${stdout}\n${stderr}`) }))

/** It ends with 78 for mere warnings too, and tells the two apart in its last line. */
const warningsOnly = /Warnings found during check/

export async function configurationIsValid(scope: Scope): Promise<Verdict> {
  const { valid, says } = await scope.leader.read(verification)
  const hint = 'correct what crm_verify names, with `crm configure edit` or in the inventory'
  if (!valid && warningsOnly.test(says)) return { status: 'warning', evidence: says, hint }
  return verdict(valid ? [] : [`${scope.leader.name}: ${says}`], 'crm_verify finds nothing', hint)
}

export async function noFailedActions(scope: Scope): Promise<Verdict> {
  const state = await scope.leader.read(clusterState)
  if (!state) return verdict([`${scope.leader.name}: ${silent}`], '', remedy)
  const failed = state.failures.map(({ operation, node, status, reason }) => `${operation} on ${node}: ${status}${reason && `: ${reason}`}`)
  return verdict(failed, 'no failed actions', '`crm_resource --cleanup` forgets a failure once its cause is gone')
}

export function fencingIsOn({ fencing, nodes }: Cluster) {
  return (): Promise<Verdict> => Promise.resolve({
    status: 'warning',
    evidence: `fencing: ${fencing}`,
    hint: nodes.length === 2
      ? 'when the two nodes lose sight of each other, both take the floating IP; only fencing prevents that'
      : 'a node that hangs may keep the floating IP while another takes it; only fencing prevents that',
  })
}
