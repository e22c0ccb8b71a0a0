import type { Lab, LabNode } from '../../runner/lab/index.js'
import { inNode } from '../../runner/lab/network.js'
import { runLocally } from '../../runner/lab/process.js'

/**
 * Bytes that ssh exchanges with a node, counted in the node's own network and so for every tool alike: whole IP packets
 * from and to TCP port 22.
 */

/** The full path: `npm run` puts a package's program of the same name before it. */
const nft = '/usr/sbin/nft'

const table = 'inet ha-run-bench'

const rules = [
  `add table ${table}`,
  `add counter ${table} ssh`,
  `add chain ${table} arriving { type filter hook input priority 0; }`,
  `add chain ${table} leaving { type filter hook output priority 0; }`,
  `add rule ${table} arriving tcp dport 22 counter name ssh`,
  `add rule ${table} leaving tcp sport 22 counter name ssh`,
].join('; ')

/** Installs the counters, for as long as the lab exists. */
export async function countTraffic(lab: Lab): Promise<void> {
  await Promise.all(lab.nodes.map(node => runLocally(inNode(node, [nft, rules]), { timeoutSeconds: 20 })))
}

/** Runs some work. @returns its result, and the bytes that ssh exchanged meanwhile, averaged over the nodes, in 10^3 bytes. */
export async function withTraffic<T>(
  lab: Lab,
  work: () => Promise<T>,
): Promise<{ result: T; kilobytesPerNode: number }> {
  const before = await total(lab)
  const result = await work()
  return { result, kilobytesPerNode: ((await total(lab)) - before) / lab.nodes.length / 1000 }
}

async function total({ nodes }: Lab): Promise<number> {
  const bytes = await Promise.all(nodes.map(bytesOf))
  return bytes.reduce((sum, each) => sum + each, 0)
}

async function bytesOf(node: LabNode): Promise<number> {
  const { stdout } = await runLocally(inNode(node, [nft, `list counter ${table} ssh`]), { timeoutSeconds: 20 })
  return Number(/bytes (\d+)/.exec(stdout)![1])
}
