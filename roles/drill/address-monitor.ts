import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterMember } from '../../runner/cluster/members.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { lockFile } from '../../runner/engine/lock.js'
import { hostPrefixOf } from '../../runner/ip-address.js'
import { sh } from '../../runner/ssh/quote.js'
import { now } from '../../runner/ssh/probe-loop.js'
import { addressPeriods, lastSignOfLife, presentAtStart, signOfLife, type AddressPeriod } from './address-periods.js'
import { clockScript } from './clock.js'

/** Longer than any round. */
const timeoutSeconds = 1800

/** A node that is fenced has the address until its last sign of life, and at most this much longer. */
const signOfLifeSeconds = 0.2

/**
 * Prints every change of the node's addresses at once, without polling, and signs of life. It ends with the session that holds the
 * cluster's lock, so that nothing is left running on the node.
 */
function monitorScript(cluster: string, addresses: readonly string[]): string {
  const present = addresses.map(
    address => sh`[ -z "$(ip -o address show to ${hostPrefixOf(address)})" ] || echo ${`${presentAtStart} ${address}`}`,
  )
  return `TZ=UTC ip -ts -o monitor address & monitor=$!
while echo "${signOfLife} $(${clockScript})"; do sleep ${signOfLifeSeconds}; done & life=$!
trap 'kill $monitor $life' EXIT; trap 'exit 143' TERM
${present.join('\n')}
echo watching
${sh`flock -w ${timeoutSeconds} ${lockFile(cluster)} true`} & wait $!`
}

/** When a node had each of the floating IPs, in the order in which they are declared. */
export type PeriodsByAddress = AddressPeriod[][]

/** Monitors the floating IPs in a node's kernel, over a second session. */
export class AddressMonitor {
  readonly #member: ClusterMember
  readonly #connection: NodeConnection
  readonly #addresses: readonly string[]
  readonly #lines: string[] = []
  #startedAt = -Infinity
  #endedAt: number | undefined
  #end: Promise<void> | undefined

  constructor(member: ClusterMember, addresses: readonly string[]) {
    this.#member = member
    this.#connection = member.connection
    this.#addresses = addresses
  }

  /** Resolves once monitoring has begun. @returns false if the node allows no second session, so that nothing is recorded. */
  async start(cluster: string): Promise<boolean> {
    const session = await this.#connection.openSecondSession().catch(() => undefined)
    if (!session) return false
    this.#startedAt = now()
    await new Promise<void>(resolve => {
      this.#end = session
        .run({
          scripts: [monitorScript(cluster, this.#addresses)],
          timeoutSeconds,
          onLine: line => {
            if (line === 'watching') resolve()
            else this.#lines.push(line)
          },
        })
        .then(
          () => {},
          () => {},
        )
        .finally(() => {
          this.#endedAt ??= now()
          resolve()
        })
    })
    return true
  }

  /**
   * Stops monitoring.
   *
   * @param offsetMs - of the node's clock.
   * @param wasFenced - the node lost its power meanwhile, which ended its last period.
   * @returns when the node had each address, by this machine's clock.
   */
  async stop(offsetMs: number, wasFenced = false): Promise<PeriodsByAddress> {
    this.#endedAt ??= now()
    const end = this.#end
    this.#end = undefined
    // After a boot of the node, the monitor is gone.
    if (end && !this.#member.unreachable && this.#member.connection === this.#connection) {
      const [group] = await this.#connection.openSecondSession().then(
        ({ runningGroups }) => runningGroups,
        () => [],
      )
      if (group !== undefined)
        await this.#member
          .$({ nothrow: true })
          .script(sh`kill -s TERM -- ${`-${group}`}`)
          .catch(() => {})
      // If it does not end now, it ends with the session.
      await Promise.race([end, sleep(5000, undefined, { ref: false })])
      await this.#connection.closeSecondSession()
    }
    const endedAt = (wasFenced ? lastSignOfLife(this.#lines) : undefined) ?? this.#endedAt + offsetMs
    return this.#addresses.map(address =>
      addressPeriods(this.#lines, address, endedAt).map(({ from, to }) => ({
        from: Math.max(from - offsetMs, this.#startedAt),
        to: to - offsetMs,
      })),
    )
  }
}

/** The monitors of all nodes, one for each time that a node was up. */
export class AddressMonitors {
  readonly #cluster: string
  readonly #addresses: readonly string[]
  readonly #monitors: { member: ClusterMember; monitor: AddressMonitor }[] = []

  constructor(cluster: string, addresses: readonly string[]) {
    this.#cluster = cluster
    this.#addresses = addresses
  }

  /** Starts to monitor these nodes. @returns names of the nodes of which nothing is recorded. */
  async start(members: ClusterMember[]): Promise<string[]> {
    const started = members.map(member => ({ member, monitor: new AddressMonitor(member, this.#addresses) }))
    this.#monitors.push(...started)
    const isMonitored = await Promise.all(started.map(async ({ monitor }) => monitor.start(this.#cluster)))
    return members.filter((_, at) => !isMonitored[at]).map(({ name }) => name)
  }

  /**
   * Stops them. @returns for each address, when each node had it, by this machine's clock.
   *
   * @param offsetsMs - of the nodes' clocks.
   * @param fenced - names of the nodes that lost their power.
   */
  async stop(offsetsMs: Map<string, number>, fenced: string[]): Promise<(AddressPeriod & { node: string })[][][]> {
    const byNode = await Promise.all(
      this.#monitors.map(async ({ member, monitor }, at) => {
        const isFirst = this.#monitors.findIndex(other => other.member === member) === at
        const periods = await monitor.stop(offsetsMs.get(member.name) ?? 0, isFirst && fenced.includes(member.name))
        return periods.map(each => each.map(period => ({ ...period, node: member.name })))
      }),
    )
    return this.#addresses.map((_, at) => byNode.map(periods => periods[at] ?? []))
  }
}
