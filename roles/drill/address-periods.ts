import { parseClock } from './clock.js'

/** Which node had a floating IP when, according to the nodes' kernels. */

/** A period in which a node had the address: milliseconds since 1970 by the node's own clock. */
export interface AddressPeriod {
  from: number
  to: number
}

/** Begins the line that the address monitor prints first if the node already has the address. */
export const presentAtStart = 'present'

/** Begins the lines by which a monitor shows that its node still runs, with the node's clock in nanoseconds. */
export const signOfLife = 'alive'

/** When the node last showed that it runs, in milliseconds since 1970 by its own clock; undefined if it never did. */
export function lastSignOfLife(lines: string[]): number | undefined {
  const [, nanoseconds] =
    new RegExp(`^${signOfLife} (\\d+)$`).exec(lines.findLast(line => line.startsWith(signOfLife)) ?? '') ?? []
  return nanoseconds === undefined ? undefined : parseClock(nanoseconds)
}

/**
 * Reads `ip -ts -o monitor address`: lines of `[2026-11-27T18:38:00.411793] 2: eth0    inet 192.168.0.10/24 …`, and
 * `… Deleted 2: …` when the address was removed; and one line `present 192.168.0.10` if it was there at the start. An IPv6 address
 * that is tentative, or was found to be a duplicate, is in use by nobody: another line comes once the kernel uses it.
 *
 * @param lines - in the order in which they arrived.
 * @param end - when monitoring ended, by the node's own clock.
 */
export function addressPeriods(lines: string[], address: string, end: number): AddressPeriod[] {
  const periods: AddressPeriod[] = []
  let from: number | undefined
  for (const line of lines) {
    if (line === `${presentAtStart} ${address}`) {
      from ??= -Infinity
      continue
    }
    const [, time, deleted, lineAddress] =
      /^\[(\d{4}-\d\d-\d\dT[\d:.]+)\]\s+(Deleted\s+)?\d+:\s+\S+\s+inet6? ([\da-f.:]+)\//.exec(line) ?? []
    if (time === undefined || lineAddress !== address) continue
    if (deleted === undefined && / (tentative|dadfailed) /.test(line)) continue
    const at = Date.parse(`${time}Z`)
    if (deleted === undefined) from ??= at
    else if (from !== undefined) {
      periods.push({ from, to: at })
      from = undefined
    }
  }
  return from === undefined ? periods : [...periods, { from, to: end }]
}

/** For how many milliseconds two or more nodes had the address at once. @param nodes - each node's periods, by one clock. */
export function duplicateAddressMs(nodes: AddressPeriod[][]): number {
  const edges = nodes
    .flatMap(periods =>
      periods.flatMap(
        ({ from, to }) =>
          [
            [from, 1],
            [to, -1],
          ] as [number, number][],
      ),
    )
    .toSorted(([one, up], [other, down]) => one - other || up - down)
  let [owners, since, sumMs] = [0, 0, 0]
  for (const [at, step] of edges) {
    if (owners >= 2) sumMs += at - since
    owners += step
    since = at
  }
  return sumMs
}

/**
 * For how many milliseconds between two moments no node had the address. A node that was rebooted is monitored again only once it
 * answers: before that, the end of the outage shows that some node has the address.
 *
 * @param outageEnd - when the page was answered again; undefined without an outage.
 */
export function freeAddressMs(
  nodes: AddressPeriod[][],
  outageEnd: number | undefined,
  from: number,
  to: number,
): number {
  const all = nodes
    .flat()
    .filter(period => period.from < to && period.to > from)
    .toSorted((one, other) => one.from - other.from)
  let [heldUntil, sumMs] = [from, 0]
  for (const next of [...all, { from: to, to }]) {
    const isAnswered = outageEnd !== undefined && outageEnd > heldUntil
    const freeUntil = isAnswered ? Math.min(next.from, outageEnd) : next.from
    sumMs += Math.max(0, freeUntil - heldUntil)
    heldUntil = Math.max(heldUntil, next.to)
  }
  return sumMs
}
