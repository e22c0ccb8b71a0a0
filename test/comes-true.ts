import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something holds, for at most so many milliseconds; says whether it did. The bound is there for what never comes true: a loaded machine is slow. */
export async function comesTrue(holds: () => boolean, boundMs = 20_000): Promise<boolean> {
  for (const deadline = performance.now() + boundMs; !holds(); await sleep(20)) {
    if (performance.now() > deadline) return false
  }
  return true
}
