import { down, up, type Lab } from '../../runner/lab/index.js'
import type { Bench } from './in-turn.js'
import { countTraffic } from './traffic.js'

/** Brings a lab of the benchmark's own up for some work, and takes it down however that ends. */
export async function withLab<T>({ signal, say }: Bench, name: string, count: number, work: (lab: Lab) => Promise<T>): Promise<T> {
  // What a benchmark that was killed has left would be in the way.
  await down({ name, report: () => {} })
  try {
    const lab = await up({ name, count, yes: true, report: say, signal })
    await countTraffic(lab)
    return await work(lab)
  } finally {
    await down({ name, report: () => {} })
  }
}
