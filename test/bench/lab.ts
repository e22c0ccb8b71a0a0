import { down, up, type Lab } from '../../runner/lab/index.js'
import type { Bench } from './in-turn.js'
import { countTraffic } from './traffic.js'

/** Starts a lab for the benchmark, and removes it however the work ends. */
export async function withLab<T>(
  { signal, say }: Bench,
  name: string,
  count: number,
  work: (lab: Lab) => Promise<T>,
): Promise<T> {
  // A killed benchmark may have left its lab.
  await down({ name, report: () => {} })
  try {
    const lab = await up({ name, count, yes: true, report: say, signal })
    await countTraffic(lab)
    return await work(lab)
  } finally {
    await down({ name, report: () => {} })
  }
}
