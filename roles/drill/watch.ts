import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterMember } from '../../runner/cluster/members.js'
import type { NodeConnection } from '../../runner/ssh/connect.js'
import { lockFile } from '../../runner/engine/lock.js'
import { sh } from '../../runner/ssh/quote.js'
import { now } from '../../runner/ssh/http-probe.js'
import { heldTimes, type Held } from './held.js'

/** Seconds: longer than any round. */
const longestRound = 1800

/**
 * Tells of the address as the kernel has it, at once and without asking again and again. It ends with the session that holds
 * the cluster's lock, so that it is not left behind on the node.
 */
function script(cluster: string, address: string): string {
  return `TZ=UTC ip -ts -o -4 monitor address & monitor=$!
trap 'kill $monitor' EXIT; trap 'exit 143' TERM
[ -z "$(${sh`ip -o -4 address show to ${`${address}/32`}`})" ] || echo held
echo watching
${sh`flock -w ${longestRound} ${lockFile(cluster)} true`} & wait $!`
}

/** Listens to a node's kernel over a session beside the node's own. */
export class Watch {
  readonly #member: ClusterMember
  readonly #connection: NodeConnection
  readonly #address: string
  readonly #lines: string[] = []
  #ended: number | undefined
  #over: Promise<void> | undefined

  constructor(member: ClusterMember, address: string) {
    this.#member = member
    this.#connection = member.connection
    this.#address = address
  }

  /** Resolves once it listens. @returns false where the node allows no second session, so that nothing will be known. */
  async start(cluster: string): Promise<boolean> {
    const session = await this.#connection.openSecondSession().catch(() => undefined)
    if (!session) return false
    await new Promise<void>(resolve => {
      this.#over = session.run({ scripts: [script(cluster, this.#address)], timeout: longestRound, onLine: line => {
        if (line === 'watching') resolve()
        else this.#lines.push(line)
      } }).then(() => {}, () => {}).finally(() => {
        this.#ended ??= now()
        resolve()
      })
    })
    return true
  }

  /** Ends it, and says when the node held the address, by this machine's clock. @param offset - of the node's clock. */
  async stop(offset: number): Promise<Held[]> {
    this.#ended ??= now()
    const over = this.#over
    this.#over = undefined
    // Where the node was rebooted, what listened has gone with it.
    if (over && !this.#member.unreachable && this.#member.connection === this.#connection) {
      const [group] = await this.#connection.openSecondSession().then(({ runningGroups }) => runningGroups, () => [])
      if (group !== undefined) await this.#member.$({ nothrow: true }).script(sh`kill -s TERM -- ${`-${group}`}`).catch(() => {})
      // Whatever keeps it there: it ends with the session in any case.
      await Promise.race([over, sleep(5000, undefined, { ref: false })])
      await this.#connection.closeSecondSession()
    }
    return heldTimes(this.#lines, this.#address, this.#ended + offset).map(({ from, to }) => ({ from: from - offset, to: to - offset }))
  }
}
