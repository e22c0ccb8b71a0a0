/** Who held the floating IP when, from what the nodes' kernels told of their addresses. */

/** A time in which a node held the address: milliseconds since 1970 by the node's own clock. */
export interface Held {
  from: number
  to: number
}

/**
 * Reads `ip -ts -o monitor address`: lines of `[2026-11-27T18:38:00.411793] 2: eth0    inet 192.168.0.10/24 …`, or
 * `Deleted 2: …` where the address was taken off; and one line `held` where it was there at the beginning.
 *
 * @param lines - as they came.
 * @param end - until when the node was listened to, by its own clock.
 */
export function heldTimes(lines: string[], address: string, end: number): Held[] {
  const times: Held[] = []
  let from: number | undefined
  for (const line of lines) {
    if (line === 'held') {
      from ??= -Infinity
      continue
    }
    const [, time, gone, own] = /^\[(\d{4}-\d\d-\d\dT[\d:.]+)\]\s+(Deleted\s+)?\d+:\s+\S+\s+inet ([\d.]+)\//.exec(line) ?? []
    if (time === undefined || own !== address) continue
    const at = Date.parse(`${time}Z`)
    if (gone === undefined) from ??= at
    else if (from !== undefined) {
      times.push({ from, to: at })
      from = undefined
    }
  }
  return from === undefined ? times : [...times, { from, to: end }]
}

/** For how many milliseconds two nodes or more held it. @param holders - each node's times, by one clock. */
export function heldTwice(holders: Held[][]): number {
  const edges = holders.flatMap(times => times.flatMap(({ from, to }) => [[from, 1], [to, -1]] as [number, number][]))
    .toSorted(([one, up], [other, down]) => one - other || up - down)
  let [held, since, sum] = [0, 0, 0]
  for (const [at, step] of edges) {
    if (held >= 2) sum += at - since
    held += step
    since = at
  }
  return sum
}
