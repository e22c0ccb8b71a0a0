import type { Difference } from '../../tasks/difference.js'
import { until } from '../../tasks/until.js'
import { faultsOf, type MemberFaults } from '../daemon-faults.js'
import { serviceOf, type DaemonFault, type Service } from '../daemons.js'
import { refuseUnselected, type ClusterMember, type Scope } from '../members.js'

/** Daemons that do not work although their unit is active: how they are shown, and the repairs that interrupt nothing. */

/** Time in which pacemakerd restarts a daemon that does not answer (docs/facts.md, Daemons that hang), and more. */
const recoverySeconds: Record<Service, number> = { corosync: 30, pacemaker: 60 }

/** For so long all daemons must work: one that goes on may end a moment later, because the cluster has gone on without it. */
const steadySeconds = 5

/** The nodes on which daemons of a service do not work, with these daemons only. */
export async function faultyMembers(members: ClusterMember[], service: Service): Promise<MemberFaults[]> {
  return (await faultsOf(members))
    .map(each => ({ ...each, faults: each.faults.filter(({ daemon }) => serviceOf(daemon) === service) }))
    .filter(({ faults }) => faults.length > 0)
}

const kinds: Record<DaemonFault['kind'], string> = {
  missing: 'missing',
  stopped: 'stopped by a signal',
  hung: 'not answering',
}

export function faultDifferences(faulty: MemberFaults[]): Difference[] {
  return faulty.flatMap(({ member, faults }) =>
    faults.map(({ daemon, kind }) => ({ subject: `${daemon} on ${member.name}`, from: kinds[kind], to: 'running' })),
  )
}

/**
 * Lets daemons go on that a signal has stopped, and waits until all of the service work: pacemakerd restarts the others.
 *
 * @returns the nodes on which they do not work after that.
 */
export async function recoverDaemons(service: Service, scope: Scope): Promise<MemberFaults[]> {
  const faulty = await faultyMembers(scope.members, service)
  if (faulty.length === 0) return []
  refuseUnselected(
    scope,
    faulty.map(({ member }) => member),
  )
  await Promise.all(faulty.map(continueStopped))
  return untilAllWork(service, scope)
}

async function continueStopped({ member, faults }: MemberFaults): Promise<void> {
  const stopped = faults.flatMap(({ kind, pid }) => (kind === 'stopped' && pid !== undefined ? [pid] : []))
  if (stopped.length > 0) await member.$({ timeout: '10s' })`kill -s CONT ${stopped}`
}

async function untilAllWork(service: Service, { members, abandon, progress }: Scope): Promise<MemberFaults[]> {
  const end = performance.now() + recoverySeconds[service] * 1000
  let workSince: number | undefined
  return until(
    `the daemons of ${service} to work`,
    recoverySeconds[service] * 2,
    async report => {
      for (const member of members) member.changed()
      const faulty = await faultyMembers(members, service)
      report(
        faultDifferences(faulty)
          .map(({ subject, from }) => `${subject} ${from}`)
          .join(', '),
      )
      const now = performance.now()
      workSince = faulty.length === 0 ? (workSince ?? now) : undefined
      const isSteady = workSince !== undefined && now - workSince >= steadySeconds * 1000
      return isSteady || now > end ? faulty : undefined
    },
    { abandon, progress },
  )
}
