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

/** End-to-end tests on labs: four at once where there are processors and memory for them, since labs wait most of the time. */
export default {
  files: ['dist/test/end-to-end/**/*.test.js'],
  workerThreads: false,
  concurrency: availableParallelism() > 1 && totalmem() > 6 * 2 ** 30 ? 4 : 1,
  sortTestFiles: (one, other) => rank(one) - rank(other),
  timeout: '5m',
}
