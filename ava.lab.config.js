import { availableParallelism, totalmem } from 'node:os'
import { basename } from 'node:path'

/** What takes longest begins first; a file that does not stand here begins last. */
const order = ['site', 'address', 'sites', 'layout', 'ring', 'changes', 'verify', 'lab', 'status']
const rank = file => (order.indexOf(basename(file, '.test.js')) + order.length + 1) % (order.length + 1)

/** End-to-end tests on labs: two at once where there are processors and memory for them. Their files are processes of their own. */
export default {
  files: ['dist/test/end-to-end/**/*.test.js'],
  workerThreads: false,
  concurrency: availableParallelism() > 1 && totalmem() > 6 * 2 ** 30 ? 2 : 1,
  sortTestFiles: (one, other) => rank(one) - rank(other),
  timeout: '5m',
}
