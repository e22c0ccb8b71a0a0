import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TaskError, UsageError } from '../errors.js'
import { cgroupName, type LabNode } from './names.js'

/**
 * Every process of a lab runs in a control group named after the lab, so that all of them can be found, frozen and killed at
 * once. Only the version 2 hierarchy is used for that: a hybrid host has it too, and systemd-nspawn follows it in the others.
 */

export const labGroup = (lab: string) => join(cgroupName, lab)
/** Work that `up` does before there are nodes. */
export const buildGroup = (lab: string) => join(labGroup(lab), 'up')
/** The process that answers for the lab's power plugs. */
export const plugsGroup = (lab: string) => join(labGroup(lab), 'plugs')
export const nodeGroup = (node: LabNode) => join(labGroup(node.lab), 'nodes', node.name)
/**
 * The loop that starts a node again after a reboot. It is separate, since a group with processes cannot delegate controllers.
 */
export const watchGroup = (node: LabNode) => join(nodeGroup(node), 'watch')
/** systemd-nspawn and all that runs in the node. */
export const machineGroup = (node: LabNode) => join(nodeGroup(node), 'machine')

/** Mount points of the version 2 hierarchy and of all hierarchies, from the text of /proc/self/mounts. */
export function cgroupMounts(mounts: string): { unified: string | undefined; all: string[] } {
  const lines = mounts.split('\n').map(line => line.split(' '))
  const paths = (type: string) => lines.filter(fields => fields[2] === type).map(fields => fields[1] ?? '')
  return { unified: paths('cgroup2')[0], all: [...paths('cgroup2'), ...paths('cgroup')] }
}

/**
 * The directory of a group in the version 2 hierarchy.
 * @throws UsageError on a host without one
 */
export async function groupDir(group: string): Promise<string> {
  const { unified } = cgroupMounts(await readFile('/proc/self/mounts', 'utf8'))
  if (unified) return join(unified, group)
  throw new UsageError('this machine has no version 2 control groups mounted', {
    hint: "The lab needs /sys/fs/cgroup or /sys/fs/cgroup/unified to be of type cgroup2 (Debian's default).",
  })
}

/** Makes a group. @returns its directory */
export async function makeGroup(group: string): Promise<string> {
  const dir = await groupDir(group)
  await mkdir(dir, { recursive: true })
  if (existsSync(join(dir, 'cgroup.kill'))) return dir
  throw new UsageError('this kernel cannot kill a control group', { hint: 'The lab needs Linux 5.14 or newer.' })
}

/** The command that runs `argv` inside a group. */
export function inGroup(dir: string, argv: string[]): string[] {
  return ['sh', '-c', 'echo $$ >"$0" && exec "$@"', join(dir, 'cgroup.procs'), ...argv]
}

/** True if a process is in the group or below it. */
export async function populated(group: string): Promise<boolean> {
  return (await readEvent(group, 'populated')) === '1'
}

/** True if `freezeGroup` has stopped the group. */
export async function frozen(group: string): Promise<boolean> {
  return (await readEvent(group, 'frozen')) === '1'
}

/** Kills every process of the group at once, as a power cut would, and waits for their end (10 s at most). */
export async function killGroup(group: string): Promise<void> {
  const dir = await groupDir(group)
  if (!existsSync(dir)) return
  const end = async () => {
    // Again each time: a process that a killed `lab up` had just started joins the group after the first kill.
    await writeFile(join(dir, 'cgroup.kill'), '1')
    return !(await populated(group))
  }
  await waitUntil(end, `the processes of control group ${group} do not end`)
}

/** Stops every process of the group, or resumes them, and waits until that is done (10 s at most). */
export async function freezeGroup(group: string, stop: boolean): Promise<void> {
  await writeFile(join(await groupDir(group), 'cgroup.freeze'), stop ? '1' : '0')
  const failure = `control group ${group} does not ${stop ? 'freeze' : 'thaw'}`
  await waitUntil(async () => (await frozen(group)) === stop, failure)
}

/** Removes an empty group and all below it, from every hierarchy that has it. */
export async function removeGroup(group: string): Promise<void> {
  const { all } = cgroupMounts(await readFile('/proc/self/mounts', 'utf8'))
  for (const mount of all) await removeTree(join(mount, group))
}

/** Every process in the group or below it, by its id on the host. */
export async function processesOf(group: string): Promise<number[]> {
  const dirs = await tree(await groupDir(group))
  const lists = await Promise.all(dirs.map(dir => readFile(join(dir, 'cgroup.procs'), 'utf8').catch(() => '')))
  return lists.flatMap(list => list.split('\n').filter(Boolean).map(Number))
}

async function readEvent(group: string, name: string): Promise<string | undefined> {
  const events = await readFile(join(await groupDir(group), 'cgroup.events'), 'utf8').catch(() => '')
  return new RegExp(`^${name} (.*)$`, 'm').exec(events)?.[1]
}

/** The directory and those below it, parents first; a group may disappear meanwhile. */
async function tree(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  const dirs = entries.filter(entry => entry.isDirectory())
  const below = await Promise.all(dirs.map(entry => tree(join(dir, entry.name))))
  return existsSync(dir) ? [dir, ...below.flat()] : []
}

/** Killed processes can occupy their group for a moment after they are gone from its lists, so this is retried. */
async function removeTree(root: string): Promise<void> {
  for (const dir of (await tree(root)).reverse()) {
    const gone = () =>
      rmdir(dir).then(
        () => true,
        () => !existsSync(dir),
      )
    await waitUntil(gone, `control group ${dir} cannot be removed`)
  }
}

async function waitUntil(done: () => Promise<boolean>, failure: string): Promise<void> {
  for (const deadline = performance.now() + 10_000; !(await done()); await sleep(10)) {
    if (performance.now() > deadline)
      throw new TaskError(failure, { hint: 'ps axo pid,cgroup,args shows its processes.' })
  }
}
