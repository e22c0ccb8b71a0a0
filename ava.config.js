import { dirname } from 'node:path'

/** Folders whose tests start processes and wait for them. Such a test has a process to itself, so that nothing else delays it. */
const alone = '{cli,ssh,tasks}'

/** What takes longest begins first. */
const order = ['dist/test/cluster', 'dist/test/cli', 'dist/test/ssh', 'dist/test/engine', 'dist/test/tasks']
const rank = file => (order.indexOf(dirname(file)) + order.length + 1) % (order.length + 1)

const isOneFile = process.argv.some(word => word.endsWith('.test.js'))

/**
 * Unit tests: they need no lab, and run side by side. `npm run check`
 *
 * A process for each file would be more than half of the work, so that the tests of a folder share one: its file
 * together.test.js, which the build writes, imports all others. A file that is named (`npx ava dist/test/…`) runs by itself.
 */
export default {
  files: isOneFile
    ? ['dist/test/**/*.test.js', '!dist/test/end-to-end/**']
    : [
        'dist/test/**/together.test.js',
        `!dist/test/${alone}/together.test.js`,
        `dist/test/${alone}/!(together).test.js`,
      ],
  // More than there are processors, since many of them wait for a process of theirs.
  concurrency: 4,
  sortTestFiles: (one, other) => rank(one) - rank(other),
  timeout: '2m',
}
