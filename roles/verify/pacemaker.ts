import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { withoutSecrets } from '../../runner/cluster/secret-parameters.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { serviceFact } from '../../runner/facts/fact.js'
import { lastLines } from '../../runner/errors.js'
import { mismatch, readViews, pacemakerNotAnswering, verdict } from './verdict.js'

const hint = '`ha-run site` starts stopped daemons; `crm_mon -1` and `journalctl -u pacemaker` on the node show details'

export async function oneDc(scope: Scope): Promise<Verdict> {
  const { viewsByNode, violations } = await readViews(scope, clusterState, pacemakerNotAnswering, ({ dc, quorate }) => [
    ...(dc === undefined ? ['no DC'] : []),
    ...(dc !== undefined && !quorate ? [`the partition of DC ${dc} has no quorum`] : []),
  ])
  const dcs = viewsByNode.flatMap(([name, { dc }]): [string, string][] => (dc === undefined ? [] : [[name, dc]]))
  return verdict([...violations, ...mismatch('the DC is', dcs)], [...new Set(dcs.map(([, dc]) => dc))].join(', '), hint)
}

export function everyNodeOnline({ nodes }: Cluster) {
  return async (scope: Scope): Promise<Verdict> => {
    const { violations } = await readViews(scope, clusterState, pacemakerNotAnswering, view =>
      nodes.flatMap(({ name }) => {
        const state = view.nodes.find(node => node.name === name)
        if (!state) return [`${name} is not in the cluster`]
        return [
          ...(state.online ? [] : [`${name} is offline`]),
          ...(state.unclean ? [`${name} is unclean`] : []),
          ...(state.pending ? [`${name} is pending`] : []),
        ]
      }),
    )
    return verdict(violations, nodes.map(({ name }) => name).join(', '), hint)
  }
}

/** `crm_verify` 2.1.5 prints details on stderr, and only with -V (docs/facts.md, Pacemaker). */
const verification = serviceFact('pacemaker', 'crm_verify -L -V', ({ exitCode, stdout, stderr }) => ({
  valid: exitCode === 0,
  output: lastLines(withoutSecrets(`${stdout}\n${stderr}`)) || `no output, exit code ${exitCode}`,
}))

/** Its exit code is 78 for errors and for warnings; only the last line distinguishes them. */
const warningsOnly = /Warnings found during check/

export async function configurationIsValid(scope: Scope): Promise<Verdict> {
  const { valid, output } = await scope.leader.read(verification)
  const verifyHint = 'correct what crm_verify reports, in the inventory or with `crm configure edit`'
  if (!valid && warningsOnly.test(output)) return { status: 'warning', evidence: output, hint: verifyHint }
  return verdict(valid ? [] : [`${scope.leader.name}: ${output}`], 'crm_verify reports no errors', verifyHint)
}
