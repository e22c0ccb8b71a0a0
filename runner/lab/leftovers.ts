import { readFile, readdir, readlink, rm, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { groupDir, killGroup, labGroup, populated, removeGroup } from './cgroup.js'
import { partSuffix } from './image.js'
import { arbiterName, imagesDir, isNetnsOf, labDir, netnsDir } from './names.js'
import { runLocally, runCommands } from './process.js'

/**
 * What a lab has on this machine, read from the machine itself: an interrupted `up` leaves parts of a lab without any record
 * of them.
 */
export interface Leftovers {
  /** True if its control group exists, with processes or without. */
  group: boolean
  /** Names of its network namespaces. */
  netns: string[]
  /** Mount points under its directory, deepest last. */
  mounts: string[]
  /** Its directory, and that of an unfinished image, as far as they exist. */
  dirs: string[]
}

/** Mount points at or below a directory, from the text of /proc/self/mounts, in the order of mounting. */
export function mountsBelow(dir: string, mounts: string): string[] {
  // The kernel writes a space as \040; a lab's paths have none.
  return mounts
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(path => `${path}/`.startsWith(`${dir}/`))
}

export async function findLeftovers(lab: string): Promise<Leftovers> {
  const dir = labDir(lab)
  const parts = (await readdir(imagesDir).catch(() => [])).filter(name => name.endsWith(partSuffix(lab)))
  return {
    group: existsSync(await groupDir(labGroup(lab))),
    netns: (await readdir(netnsDir).catch(() => [])).filter(name => isNetnsOf(lab, name)),
    mounts: mountsBelow(dir, await readFile('/proc/self/mounts', 'utf8')),
    dirs: [dir, ...parts.map(name => join(imagesDir, name))].filter(path => existsSync(path)),
  }
}

export function isEmpty(leftovers: Leftovers): boolean {
  return (
    !leftovers.group && leftovers.netns.length === 0 && leftovers.mounts.length === 0 && leftovers.dirs.length === 0
  )
}

/** True if the lab has processes or namespaces, rather than files from before a reboot of this machine. */
export async function isAlive(lab: string): Promise<boolean> {
  const { netns } = await findLeftovers(lab)
  return netns.length > 0 || populated(labGroup(lab))
}

/** Removes everything: processes first, since they keep the rest busy. */
export async function removeLeftovers(lab: string): Promise<void> {
  const { netns, mounts, dirs } = await findLeftovers(lab)
  await killGroup(labGroup(lab))
  await endVisitors(netns)
  for (const mount of mounts.reverse()) {
    await removeNspawnLock(mount)
    const { exitCode } = await runLocally(['umount', mount], { timeoutSeconds: 30, nothrow: true })
    // A user's shell may be in it: a lazy unmount takes effect when it leaves.
    if (exitCode !== 0) await runCommands([['umount', '--lazy', mount]])
  }
  for (const name of netns) await runCommands([['ip', 'netns', 'delete', name]])
  await removeGroup(labGroup(lab))
  await removeNspawnMarks(lab)
  for (const dir of dirs) await runLocally(['rm', '-rf', '--one-file-system', dir], { timeoutSeconds: 120 })
}

/**
 * Kills the processes in the lab's namespaces that are not in its control group: the admin side's `socat`s, or a user's
 * shell.
 */
async function endVisitors(netns: string[]): Promise<void> {
  for (let round = 0; round < 100; round++) {
    const visitors = await processesIn(netns)
    if (visitors.length === 0) return
    for (const pid of visitors) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // The process has ended by itself.
      }
    }
    await sleep(20)
  }
}

/** Ids of all processes whose network namespace is one of those. */
async function processesIn(netns: string[]): Promise<number[]> {
  const inodes = await Promise.all(netns.map(async name => `net:[${(await stat(join(netnsDir, name))).ino}]`))
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async pid => {
      const link = await readlink(`/proc/${pid}/ns/net`).catch(() => '')
      return inodes.includes(link) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

/** A killed systemd-nspawn leaves a directory by its machine's name. */
async function removeNspawnMarks(lab: string): Promise<void> {
  const marks = '/run/systemd/nspawn/propagate'
  for (const name of await readdir(marks).catch(() => [])) {
    if (new RegExp(`^ha-run-${lab}-(node\\d+|${arbiterName})$`).test(name))
      await rm(join(marks, name), { recursive: true })
  }
}

/** A killed systemd-nspawn leaves its lock, which is named after the directory's device and inode. */
async function removeNspawnLock(root: string): Promise<void> {
  const { dev, ino } = await stat(root)
  await rm(`/run/systemd/nspawn/locks/inode-${dev}:${ino}`, { force: true })
}
