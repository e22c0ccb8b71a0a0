import { commandLine } from './command-line.js'
import { fail } from './fail.js'
import { watchOutput } from './output.js'

watchOutput()
process.exitCode = 0
// Not awaited here: the bundle is no ES module.
void commandLine()
  .parseAsync()
  .catch(async (error: unknown) => {
    process.exitCode = await fail(error, process.argv)
  })
