import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConnectError } from '../../../runner/errors.js'
import { down, powerKill, up, type Lab, type LabNode } from '../../../runner/lab/index.js'
import { ensureImage } from '../../../runner/lab/image.js'
import { nodeDir, nodeRoot } from '../../../runner/lab/names.js'
import { bootNode, installNode, mountDisk } from '../../../runner/lab/node.js'
import { runCommands } from '../../../runner/lab/process.js'
import { recipeOf } from '../../../runner/lab/recipe.js'
import type { Row } from './rows.js'

/** Two bare machines as a row has them. On a machine with much else to do, one may not boot in time: then all of it is tried once more. */
export async function bringUp(lab: Lab, row: Row, report: (line: string) => void): Promise<void> {
  try {
    await start(lab, row, report)
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    report(error.message)
    await takeDown(lab)
    await start(lab, row, report)
  }
}

async function start(lab: Lab, { release, second, like }: Row, report: (line: string) => void): Promise<void> {
  await up({ name: lab.name, count: lab.nodes.length, yes: true, report, release, ...(like !== undefined && { like }) })
  const last = lab.nodes.at(-1)
  if (second !== undefined && last) await reinstall(lab, last, second, report)
}

/** Takes a lab down, whatever its state. */
export async function takeDown(lab: Lab): Promise<void> {
  await down({ name: lab.name, report: () => {} })
}

/** Gives a node a fresh disk with another release. */
async function reinstall(lab: Lab, node: LabNode, suite: string, report: (line: string) => void): Promise<void> {
  const image = await ensureImage({ lab: lab.name, recipe: suite, yes: true, report })
  const text = async (file: string) => readFile(join(lab.dir, file), 'utf8')
  const key = `host_key_${node.name}`
  await powerKill(node)
  await runCommands([['umount', nodeRoot(node)]])
  for (const part of ['upper', 'work']) await rm(join(nodeDir(node), part), { recursive: true })
  await mountDisk(node, image)
  await installNode(node, recipeOf(suite), {
    hostKey: { secret: await text(key), public: await text(`${key}.pub`) },
    authorizedKey: await text('key.pub'),
  })
  await bootNode(node, image)
}
