import { existsSync } from 'node:fs'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { UsageError } from '../errors.js'
import type { Image } from './image.js'
import { checkName, labOf, labDir, labNetns, labsDir, netnsDir, type Lab, type LabNode, type Plug } from './names.js'

/** `up` writes this record when a lab is complete; an incomplete lab has none. */
const recordSchema = z.object({
  count: z.number(),
  plugs: z.optional(z.boolean()),
  arbiter: z.optional(z.boolean()),
  ipv6: z.optional(z.boolean()),
  image: z.object({ root: z.string(), packages: z.string() }),
})
type LabRecord = z.infer<typeof recordSchema>

const recordFile = (lab: string) => join(labDir(lab), 'lab.json')

export async function writeRecord(lab: string, record: LabRecord): Promise<void> {
  await writeFile(recordFile(lab), JSON.stringify(record))
}

/** The lab of that name if it is up and complete. Its nodes may be without power. */
export async function findLab(name: string): Promise<Lab | null> {
  checkName(name)
  if (!existsSync(join(netnsDir, labNetns(name))) || !existsSync(recordFile(name))) return null
  const { count, ...extras } = await readRecord(name)
  return labOf(name, count, extras)
}

/** @throws UsageError if it is not up */
export async function requireLab(name: string): Promise<Lab> {
  const lab = await findLab(name)
  if (lab) return lab
  throw new UsageError(`lab ${name} is not up`, { hint: `ha-run lab up --name ${name} brings it up.` })
}

/**
 * One machine of a lab that is up.
 * @throws UsageError if there is no such lab or node
 */
export async function requireNode(lab: string, node: string): Promise<LabNode> {
  const { machines } = await requireLab(lab)
  const labNode = machines.find(({ name }) => name === node)
  if (labNode) return labNode
  throw new UsageError(`lab ${lab} has no ${node}`, { hint: `It has ${machines.map(({ name }) => name).join(', ')}.` })
}

/**
 * The power plug of a node.
 * @throws UsageError if there is no such lab or node, or the lab has no plugs
 */
export async function requirePlug(lab: string, node: string): Promise<Plug> {
  const { name } = await requireNode(lab, node)
  const plug = (await requireLab(lab)).plugs.find(plug => plug.node.name === name)
  if (plug) return plug
  throw new UsageError(`${node} of lab ${lab} hangs on no plug`, {
    hint: `ha-run lab up --plugs --name ${lab} starts a lab whose nodes do.`,
  })
}

/** The image of a lab's nodes. */
export async function imageOf(lab: string): Promise<Image> {
  return (await readRecord(lab)).image
}

/** Names of all labs that have files on disk. */
export async function labNames(): Promise<string[]> {
  return readdir(labsDir).catch(() => [])
}

async function readRecord(lab: string): Promise<LabRecord> {
  return recordSchema.parse(JSON.parse(await readFile(recordFile(lab), 'utf8')))
}
