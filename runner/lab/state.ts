import { existsSync } from 'node:fs'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { UsageError } from '../errors.js'
import type { Image } from './image.js'
import { checkName, describe, labDir, labNetns, labsDir, netnsDir, type Lab, type LabNode } from './names.js'

/** What `up` notes when a lab is complete; its presence is what tells a whole lab from half of one. */
const noteSchema = z.object({ count: z.number(), image: z.object({ root: z.string(), packages: z.string() }) })
type Note = z.infer<typeof noteSchema>

const noteFile = (lab: string) => join(labDir(lab), 'lab.json')

export async function writeNote(lab: string, note: Note): Promise<void> {
  await writeFile(noteFile(lab), JSON.stringify(note))
}

/** The lab of that name if it is up and complete. Its nodes may be without power. */
export async function findLab(name: string): Promise<Lab | null> {
  checkName(name)
  if (!existsSync(join(netnsDir, labNetns(name))) || !existsSync(noteFile(name))) return null
  return describe(name, (await readNote(name)).count)
}

/** @throws UsageError when it is not up */
export async function requireLab(name: string): Promise<Lab> {
  const lab = await findLab(name)
  if (lab) return lab
  throw new UsageError(`lab ${name} is not up`, { hint: `ha-run lab up --name ${name} brings it up.` })
}

/**
 * One node of a lab that is up.
 * @throws UsageError when there is no such lab or node
 */
export async function requireNode(lab: string, node: string): Promise<LabNode> {
  const { nodes } = await requireLab(lab)
  const found = nodes.find(({ name }) => name === node)
  if (found) return found
  throw new UsageError(`lab ${lab} has no ${node}`, { hint: `It has ${nodes.map(({ name }) => name).join(', ')}.` })
}

/** The image that a lab's nodes stand on. */
export async function imageOf(lab: string): Promise<Image> {
  return (await readNote(lab)).image
}

/** Names of all labs that have left anything on disk. */
export async function labNames(): Promise<string[]> {
  return readdir(labsDir).catch(() => [])
}

async function readNote(lab: string): Promise<Note> {
  return noteSchema.parse(JSON.parse(await readFile(noteFile(lab), 'utf8')))
}
