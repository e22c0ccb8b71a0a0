import { inventoryText } from '../cluster/import/inventory-text.js'
import { readNode, type NodeReading } from '../cluster/import/reading.js'
import { mostTrustedFirst } from '../cluster/import/same-cluster.js'
import { typedNodes, type TypedNode } from '../cluster/import/typed-node.js'
import { Connections } from '../engine/connections.js'
import { errorReport } from '../engine/error-report.js'
import { Member } from '../tasks/member.js'
import { exitCodes, HaRunError, TaskError } from '../errors.js'
import type { Fact } from '../facts/fact.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/control-directory.js'
import { createReporter } from '../ui/reporter.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import type { ImportFlags } from './flags.js'
import { onInterrupt } from './signals.js'

/** The most connections that are made at the same time. */
const forks = 20

/**
 * Prints the inventory of the cluster that the nodes run. Reads only, and takes no lock.
 *
 * @param targets - the nodes as ssh takes them: `admin@node1`.
 * @returns the exit code: 0, or that of the most urgent error.
 */
export async function importCluster(targets: string[], flags: ImportFlags): Promise<number> {
  const nodes = typedNodes(targets)
  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  const interrupt = onInterrupt({ notify: () => {}, leave: () => removeControlDirectory(controlDirectory) })
  const controlDirectory = makeControlDirectory()
  const connections = new Connections({
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon: interrupt.stop },
    forks,
    stop: interrupt.stop,
  })
  // Only the inventory goes to stdout.
  const reporter = await createReporter({
    mode: 'plain',
    stdout: process.stderr,
    stderr: process.stderr,
    verbosity: flags.verbose ? 1 : flags.quiet ? -1 : 0,
    color: wantsColor(flags, process.stderr),
    diff: false,
  })
  try {
    connections.start(nodes)
    const results = await Promise.all(nodes.map(async node => readTarget(node, connections)))
    const errors = results.filter(result => result instanceof HaRunError)
    for (const [index, result] of results.entries()) {
      if (!(result instanceof HaRunError)) continue
      const status = result.exitCode === exitCodes.unreachable ? 'unreachable' : 'failed'
      reporter.report({ event: 'error', host: nodes[index]!.name, status, error: errorReport(result) })
    }
    if (interrupt.stop.aborted) return exitCodes.interrupted
    if (errors.length > 0)
      return errors.some(({ exitCode }) => exitCode === exitCodes.unreachable)
        ? exitCodes.unreachable
        : exitCodes.failed
    const text = inventoryText(
      mostTrustedFirst(results.flatMap(result => (result instanceof HaRunError ? [] : [result]))),
      new Date(),
    )
    process.stdout.write(text)
    reporter.report({
      event: 'notice',
      text: 'printed the inventory; nothing was changed on the nodes. Save it, then run `ha-run site --check --diff` to see what a run would change',
    })
    return exitCodes.ok
  } finally {
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter.close()
  }
}

/** Reads a node's part of the cluster. @returns the error if that fails. */
async function readTarget(node: TypedNode, connections: Connections): Promise<NodeReading | HaRunError> {
  try {
    const { connection } = await connections.to(node)
    const member = new Member(node, connection)
    return await readNode(node.name, node.connection.user, async <T>(fact: Fact<T>) =>
      readFact(node.name, fact, member),
    )
  } catch (error) {
    if (error instanceof HaRunError) return error
    throw error
  }
}

/** @throws TaskError if the output of a daemon cannot be parsed. */
async function readFact<T>(name: string, fact: Fact<T>, { read }: Member): Promise<T> {
  try {
    return await read(fact)
  } catch (error) {
    if (error instanceof HaRunError) throw error
    throw new TaskError(`${name}: cannot parse the output of ${fact.family.name}: ${(error as Error).message}`, {
      hint: `run \`${fact.family.name}\` on ${name}`,
      cause: error,
    })
  }
}
