import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { dump } from 'js-yaml'
import type { Node } from '../../cluster/declaration/declaration.js'
import { readClusters } from '../../cluster/declaration/read.js'
import { InventoryError, TaskError } from '../../errors.js'
import { loadInventory } from '../../inventory/load.js'
import { withoutPlace } from '../../inventory/origin.js'
import { unifiedDiff } from '../../ui/difference.js'
import type { Difference } from '../../tasks/difference.js'
import type { NodeScope } from '../../tasks/scope.js'
import { Skip, Warn, type NodeGuard, type NodeTask, type Task } from '../../tasks/task.js'
import { RoleLoader, type FoundRole } from '../loader.js'
import { ObservedNode } from './observed-node.js'
import type { RoleCase } from './schema.js'

/** What the tasks of a role find, by their names; a text if the role cannot be used there. */
export type CaseResult = string | Record<string, CaseTaskResult>

type CaseTaskResult = string | Record<string, Partial<Pick<Difference, 'from' | 'to'>>>

/**
 * The result of a role in a case: of each task's check by itself, whatever earlier tasks would change. Tasks of the whole cluster and
 * assertions need a running one, and are left out.
 *
 * @throws Unobserved if the case lacks what a check asks for.
 */
export async function resultOfCase(found: FoundRole, each: RoleCase): Promise<CaseResult> {
  const name = each.node ?? 'node1'
  let tasks: (NodeTask | NodeGuard)[]
  try {
    tasks = await tasksIn(found, each, name)
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    // Its place is in the inventory that was made for the case.
    return `refused: ${withoutPlace(error.message)}`
  }
  const node = new ObservedNode(name, each.observed ?? {})
  const result: Exclude<CaseResult, string> = {}
  for (const task of tasks) result[task.name] = await findingOf(task, node)
  return result
}

async function tasksIn(
  found: FoundRole,
  { vars, cluster = {} }: RoleCase,
  name: string,
): Promise<(NodeTask | NodeGuard)[]> {
  const names = new Set(cluster === false ? ['node1', 'node2'] : [name, 'node1', 'node2'])
  const hosts = [...names].slice(0, 2).map((host, at) => [host, { ansible_host: `192.0.2.${at + 1}` }])
  const declared = { name: 'test', floating_ip: '192.0.2.10/24', fencing: 'disabled', ...(cluster || {}) }
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-case-'))
  try {
    const file = join(folder, 'inventory.yml')
    const web = { vars: { cluster: declared }, hosts: Object.fromEntries(hosts) }
    const outside = cluster === false ? { hosts: { [name]: {} } } : {}
    writeFileSync(file, dump({ all: { vars: vars ?? {}, children: { web }, ...outside } }))
    const inventory = loadInventory([file])
    const [first] = readClusters(inventory)
    const loader = await RoleLoader.open(inventory)
    if (cluster !== false) {
      const role = await loader.forCluster(found, first!, new Set([name]))
      return nodeTasks(role.tasks({ cluster: first!, node: first!.nodes.find(node => node.name === name)! }))
    }
    const bound = await loader.forHost(found, inventory.hosts.get(name)!)
    if (!bound)
      throw new InventoryError(`role ${found.role} is for nodes of clusters, and ${name} belongs to no cluster`)
    return nodeTasks(bound.role.tasks({ cluster: bound.cluster, node: bound.cluster.nodes[0] }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Those tasks that run on a node by itself. */
function nodeTasks(tasks: readonly Task<Node>[]): (NodeTask | NodeGuard)[] {
  return tasks.filter(task => task.scope === 'node')
}

async function findingOf(task: NodeTask | NodeGuard, node: ObservedNode): Promise<CaseTaskResult> {
  try {
    const finding = await task.check(scopeOf(node))
    if (finding instanceof Skip) return `skipped: ${finding.reason}`
    if (finding instanceof Warn) return `warning: ${finding.reason}`
    if (finding.length === 0) return 'in sync'
    return Object.fromEntries(
      finding.map(({ subject, from, to }) => [
        subject,
        { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
      ]),
    )
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    return `failed: ${withoutPlace(error.message)}`
  }
}

function scopeOf({ name, $, read }: ObservedNode): NodeScope {
  const member = { name, readAgain: read }
  return {
    $,
    read,
    consent: { outage: false, purge: false },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a check needs no connection: it reads
    member: member as unknown as NodeScope['member'],
    apart: [],
    abandon: new AbortController().signal,
    progress: () => {},
  }
}

/** How the result of a role differs from that of a case, as lines of a diff; empty if they are equal. */
export function caseDifference(expected: CaseResult, actual: CaseResult): string[] {
  if (isDeepStrictEqual(expected, actual)) return []
  return unifiedDiff({ subject: 'result', from: resultText(actual), to: resultText(expected) }).body
}

/** A result as a case has it. */
export function resultText(result: CaseResult): string {
  return dump({ result }, { lineWidth: -1 })
}
