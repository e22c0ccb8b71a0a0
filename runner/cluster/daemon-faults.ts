import { unitState } from '../facts/units.js'
import { daemonFaults, daemonProcesses, type DaemonFault, type Service } from './daemons.js'
import { readOnAll, type ClusterMember } from './members.js'

/** What does not work of Corosync and Pacemaker on a node. */
export interface MemberFaults {
  member: ClusterMember
  /** The services whose unit is not active, with its state. */
  inactive: { service: Service; state: string }[]
  /** The daemons of the others that do not work. */
  faults: DaemonFault[]
}

const services: readonly Service[] = ['corosync', 'pacemaker']

/** What does not work on each reachable node. */
export async function faultsOf(members: ClusterMember[]): Promise<MemberFaults[]> {
  const [processes, ...units] = await Promise.all([
    readOnAll(members, daemonProcesses),
    ...services.map(async service => readOnAll(members, unitState(`${service}.service`))),
  ])
  return processes.map(([member, found]) => {
    const states = services.map((service, at) => ({
      service,
      state: units[at]?.find(([other]) => other === member)?.[1].active || 'missing',
    }))
    return {
      member,
      inactive: states.filter(({ state }) => state !== 'active'),
      faults: daemonFaults(
        found,
        states.filter(({ state }) => state === 'active').map(({ service }) => service),
      ),
    }
  })
}
