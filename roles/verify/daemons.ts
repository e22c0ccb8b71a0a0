import { daemonNames, faultText, serviceOf, type Service } from '../../runner/cluster/daemons.js'
import { faultsOf, type MemberFaults } from '../../runner/cluster/daemon-faults.js'
import type { Scope } from '../../runner/cluster/members.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { verdict } from './verdict.js'

const hint =
  '`ha-run site` continues a daemon that a signal has stopped, and restarts Pacemaker or Corosync on that node if its daemons do not work after that; ' +
  '`journalctl -u corosync -u pacemaker` there shows what happened'

/** An active unit is no proof: one of its daemons may be missing or hang. */
export async function daemonsWork(scope: Scope): Promise<Verdict> {
  const faults = await faultsOf(scope.members)
  const violations = faults.flatMap(({ member, faults: own }) =>
    own.map(fault => `${member.name}: ${faultText(fault)}`),
  )
  return {
    ...verdict(violations, `${daemonNames.length} on each node`, hint),
    // A daemon that was just started again, or one that was busy, answers at the next check.
    fleeting: faults.every(({ faults: own }) => own.every(({ kind }) => kind !== 'stopped')),
  }
}

/**
 * An assertion that follows from others: if it fails while a node is unreachable, or while one of these services does not work on a
 * node, then it is skipped with that reason. The cause is reported once, by the run or by the assertions about the daemons.
 */
export function unlessCausedBy(
  services: readonly Service[],
  check: (scope: Scope) => Promise<Verdict & { isSevere?: boolean }>,
) {
  return async (scope: Scope): Promise<Verdict> => {
    const { isSevere = false, ...result } = await check(scope)
    if (result.status !== 'failed' || isSevere) return result
    const causes = await causesIn(scope, services)
    return causes.length === 0
      ? result
      : { ...result, status: 'skipped', evidence: `because ${causes.join(' and ')}`, hint: undefined }
  }
}

async function causesIn({ members }: Scope, services: readonly Service[]): Promise<string[]> {
  const unreachable = members.filter(member => member.unreachable).map(({ name }) => `${name} is unreachable`)
  if (services.length === 0) return unreachable
  return [...unreachable, ...(await faultsOf(members)).flatMap(faults => causesOn(faults, services))]
}

function causesOn({ member, inactive, faults }: MemberFaults, services: readonly Service[]): string[] {
  return [
    ...inactive
      .filter(({ service }) => services.includes(service))
      .map(({ service, state }) => `${service} of ${member.name} is ${state}`),
    ...faults
      .filter(({ daemon }) => services.includes(serviceOf(daemon)))
      .map(({ daemon, kind }) => `${daemon} of ${member.name} ${kind === 'hung' ? 'hangs' : `is ${kind}`}`),
  ]
}
