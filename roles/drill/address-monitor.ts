import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterMember } from '../../runner/cluster/members.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { lockFile } from '../../runner/engine/lock.js'
import { sh } from '../../runner/ssh/quote.js'
import { now } from '../../runner/ssh/http-probe.js'
import { addressPeriods, presentAtStart, type AddressPeriod } from './address-periods.js'

/** Longer than any round. */
const timeoutSeconds = 1800

/**
 * Prints every change of the node's addresses at once, without polling. It ends with the session that holds the cluster's lock,
 * so that nothing is left running on the node.
 */
function monitorScript(cluster: string, address: string): string {
  return `TZ=UTC ip -ts -o -4 monitor address & monitor=$!
trap 'kill $monitor' EXIT; trap 'exit 143' TERM
[ -z "$(${sh`ip -o -4 address show to ${`${address}/32`}`})" ] || echo ${presentAtStart}
echo watching
${sh`flock -w ${timeoutSeconds} ${lockFile(cluster)} true`} & wait $!`
}

/** Monitors the floating IP in a node's kernel, over a second session. */
export class AddressMonitor {
  readonly #member: ClusterMember
  readonly #connection: NodeConnection
  readonly #address: string
  readonly #lines: string[] = []
  #endedAt: number | undefined
  #end: Promise<void> | undefined

  constructor(member: ClusterMember, address: string) {
    this.#member = member
    this.#connection = member.connection
    this.#address = address
  }

  /** Resolves once monitoring has begun. @returns false if the node allows no second session, so that nothing is recorded. */
  async start(cluster: string): Promise<boolean> {
    const session = await this.#connection.openSecondSession().catch(() => undefined)
    if (!session) return false
    await new Promise<void>(resolve => {
      this.#end = session
        .run({
          scripts: [monitorScript(cluster, this.#address)],
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

  /** Stops monitoring. @returns when the node had the address, by this machine's clock. @param offsetMs - of the node's clock. */
  async stop(offsetMs: number): Promise<AddressPeriod[]> {
    this.#endedAt ??= now()
    const end = this.#end
    this.#end = undefined
    // After a reboot of the node, the monitor is gone.
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
    return addressPeriods(this.#lines, this.#address, this.#endedAt + offsetMs).map(({ from, to }) => ({
      from: from - offsetMs,
      to: to - offsetMs,
    }))
  }
}
