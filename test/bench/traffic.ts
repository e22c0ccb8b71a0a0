import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab, LabNode } from '../../runner/lab/index.js'
import { inNode } from '../../runner/lab/network.js'
import { run } from '../../runner/lab/process.js'

/**
 * Bytes that ssh exchanges with a node, counted in the node's own network and so for every tool alike: whole IP packets
 * from and to TCP port 22.
 */
const table = 'inet ha-run-bench'

const rules = [
  `add table ${table}`,
  `add counter ${table} ssh`,
  `add chain ${table} arriving { type filter hook input priority 0; }`,
  `add chain ${table} leaving { type filter hook output priority 0; }`,
  `add rule ${table} arriving tcp dport 22 counter name ssh`,
  `add rule ${table} leaving tcp sport 22 counter name ssh`,
].join('; ')

/** Puts the counters in, for as long as the lab lives. */
export async function countTraffic(lab: Lab): Promise<void> {
  await Promise.all(lab.nodes.map(node => run(inNode(node, ['nft', rules]), { seconds: 20 })))
}

/** Does some work. @returns what it gives, and the average over the nodes of what ssh exchanged meanwhile, in 10^3 bytes. */
export async function withTraffic<T>(lab: Lab, work: () => Promise<T>): Promise<{ result: T; kilobytesPerNode: number }> {
  const before = await total(lab)
  const result = await work()
  return { result, kilobytesPerNode: (await total(lab) - before) / lab.nodes.length / 1000 }
}

async function total({ nodes }: Lab): Promise<number> {
  const bytes = await Promise.all(nodes.map(bytesOf))
  return bytes.reduce((sum, each) => sum + each, 0)
}

/** nft was once seen, in some hundred readings, to end well and name no counter: then it is asked again. */
async function bytesOf(node: LabNode): Promise<number> {
  for (let tries = 5; ; tries -= 1) {
    const { stdout, stderr } = await run(inNode(node, ['nft', `list counter ${table} ssh`]), { seconds: 20 })
    const bytes = /bytes (\d+)/.exec(stdout)?.[1]
    if (bytes !== undefined) return Number(bytes)
    if (tries === 0) throw new Error(`${node.name}: nft names no counter: ${stdout}${stderr}`)
    await sleep(100)
  }
}
