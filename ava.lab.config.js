import { spawnSync } from 'node:child_process'
import { availableParallelism, totalmem } from 'node:os'
import { basename } from 'node:path'

/** What takes longest begins first; a file that does not stand here begins last. */
const order = [
  'site',
  'own-roles',
  'faults',
  'fencing',
  'quorum-device',
  'address',
  'ipv6',
  'sites',
  'layout',
  'foreign',
  'ring',
  'changes',
  'verify',
  'drill',
  'lab',
  'status',
]
const rank = file => (order.indexOf(basename(file, '.test.js')) + order.length + 1) % (order.length + 1)

/** Milliseconds that a program takes to start, at best of five. */
const startMs = () =>
  Math.min(
    ...Array.from({ length: 5 }, () => {
      const began = performance.now()
      spawnSync(process.execPath, ['-e', '0'])
      return performance.now() - began
    }),
  )

/**
 * Labs wait most of the time, so that four at once suit two processors, if these are free and as fast as usual (50 ms). On
 * slower ones, the daemons of four labs alone take a third of the time, and what is asked of a cluster is late.
 */
function labsAtOnce() {
  if (availableParallelism() === 1 || totalmem() < 6 * 2 ** 30) return 1
  return startMs() < 90 ? 4 : 2
}

/** End-to-end tests on labs. */
export default {
  files: ['dist/test/end-to-end/**/*.test.js'],
  workerThreads: false,
  concurrency: labsAtOnce(),
  sortTestFiles: (one, other) => rank(one) - rank(other),
  timeout: '25m',
}
