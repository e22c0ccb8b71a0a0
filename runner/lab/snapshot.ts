import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TaskError } from '../errors.js'
import { exec } from './exec.js'
import { isLowerLayer } from './image.js'
import { nodeDir, nodeRoot, type Lab, type LabNode } from './names.js'
import { powered } from './node.js'
import { runLocally, runCommands } from './process.js'

/**
 * A snapshot keeps the disks of a lab whose nodes were shut down, and their keys. Any number of labs can be started from it,
 * side by side: each node uses it as a layer between the image and its own.
 */

/** Directory of a node's disk in a snapshot. */
export const diskIn = (snapshot: string, node: LabNode) => join(snapshot, 'nodes', node.name)

/** Also the plugs' password, which the cluster on the disks knows. */
const isKey = (file: string) => /^(key|host_key_(node\d+|arbiter))(\.pub)?$|^plug_password$/.test(file)

/** Copies the keys of a lab's admin and machines; only root can read the private ones. */
export async function copyKeys(from: string, to: string): Promise<void> {
  for (const file of (await readdir(from)).filter(isKey)) await copyFile(join(from, file), join(to, file))
}

/**
 * Shuts the nodes of a lab down and moves their disks to a directory that appears when the snapshot is complete. The rest of
 * the lab must be removed by `down`.
 *
 * @throws TaskError if a node does not shut down within 60 s
 */
export async function takeSnapshot(lab: Lab, dir: string): Promise<void> {
  await Promise.all(lab.machines.map(shutDown))
  const part = `${dir}.part`
  await runLocally(['rm', '-rf', '--one-file-system', part], { timeoutSeconds: 120 })
  await mkdir(dirname(diskIn(part, lab.nodes[0]!)), { recursive: true })
  for (const node of lab.machines) {
    await runCommands([['umount', nodeRoot(node)]])
    await rename(join(nodeDir(node), 'upper'), diskIn(part, node))
  }
  await copyKeys(lab.dir, part)
  // The nodes' own syncs did nothing: without this one, a crash of the host would leave a snapshot with holes.
  await runLocally(['sync', '--file-system', part], { timeoutSeconds: 120 })
  await rename(part, dir)
}

/** Another process may be about to start a lab from a snapshot that was made so lately. */
const madeLatelyMs = 30 * 60_000

/** Removes the snapshots of a directory, except those to keep, those that a node's disk uses, and those made within the last half hour. */
export async function pruneSnapshots(dir: string, keep: (name: string) => boolean): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  for (const name of existsSync(dir) ? await readdir(dir) : []) {
    const path = join(dir, name)
    if (keep(name) || isLowerLayer(path, mounts) || Date.now() - (await stat(path)).mtimeMs < madeLatelyMs) continue
    await runLocally(['rm', '-rf', '--one-file-system', path], { timeoutSeconds: 120 })
  }
}

async function shutDown(node: LabNode): Promise<void> {
  await exec(node, ['systemctl', 'poweroff'], { output: 'collect', timeoutSeconds: 60 })
  for (const end = performance.now() + 60_000; await powered(node); await sleep(100)) {
    if (performance.now() > end) throw new TaskError(`${node.name} of lab ${node.lab} did not shut down within 60 s`)
  }
}
