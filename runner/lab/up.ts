import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import PQueue from 'p-queue'
import { UsageError } from '../errors.js'
import { ensureKey, writeAccess, type KeyPair } from './access.js'
import { hostSuite, requireHost, requirePackages } from './host.js'
import { ensureImage, type Image } from './image.js'
import { locked } from './lock.js'
import { checkCount, checkName, labOf, type Lab, type LabExtras, type LabNode } from './names.js'
import { makeBridge, makeCable } from './network.js'
import { bootNode, installNode, mountDisk } from './node.js'
import { startPlugs } from './plugs.js'
import { recipeOf, type Recipe } from './recipe.js'
import { findLeftovers, isAlive, isEmpty, removeLeftovers } from './leftovers.js'
import { requireInotifyInstances } from './inotify-limit.js'
import { copyKeys, diskIn } from './snapshot.js'
import { findLab, writeRecord } from './state.js'

export interface UpOptions extends LabExtras {
  name: string
  count: number
  /** Installs Debian packages that are missing on this machine. */
  yes: boolean
  report: (line: string) => void
  /** The code name of the Debian release that nodes get; this machine's own if left out. */
  release?: string
  /** The machine that nodes are like, instead of a Debian from its installer: one of `likenesses`, which has its release. */
  like?: string
  /** The directory of a snapshot: machines start from their disks in it; those that it lacks are bare. It is only read. */
  snapshot?: string
  /** Aborts the start; what exists by then is removed. */
  signal?: AbortSignal
}

/** Booting keeps the processor busy; more at once would only make each boot slower. */
const concurrency = 8

/**
 * Starts a lab: builds the image if there is none, and returns when every node's sshd answers. The nodes run on after this
 * process has ended. If it fails, it leaves nothing behind.
 * @throws UsageError if there is a lab of that name already, or this machine cannot run a lab
 * @throws ConnectError if a node does not come up
 */
export async function up({
  name,
  count,
  yes,
  report,
  release,
  like,
  snapshot,
  signal,
  plugs = false,
  arbiter = false,
  ipv6 = false,
}: UpOptions): Promise<Lab> {
  checkName(name)
  checkCount(count)
  await requireHost()
  await requirePackages({ yes, report })
  const busy = `lab ${name} is being brought up or taken down right now`
  return locked(`lab-${name}`, { timeoutSeconds: 0, busy }, async () => {
    const old = await findLab(name)
    if (old) throw alreadyUp(old)
    if (await isAlive(name)) report(`removing the incomplete lab ${name}, left by an interrupted start`)
    if (!isEmpty(await findLeftovers(name))) await removeLeftovers(name)
    const lab = labOf(name, count, { plugs, arbiter, ipv6 })
    await requireInotifyInstances(lab.machines.length)
    try {
      const recipe = recipeOf(like ?? release ?? (await hostSuite()))
      const image = await ensureImage({ lab: name, recipe: recipe.name, yes, report, signal })
      report(`starting ${lab.machines.map(node => node.name).join(', ')}`)
      await build(lab, image, recipe, { snapshot, signal })
      await writeRecord(name, { count, plugs, arbiter, ipv6, image })
      return lab
    } catch (error) {
      await removeLeftovers(name)
      throw error
    }
  })
}

async function build(
  lab: Lab,
  image: Image,
  recipe: Recipe,
  { snapshot, signal }: Pick<UpOptions, 'snapshot' | 'signal'>,
): Promise<void> {
  await mkdir(lab.dir, { recursive: true, mode: 0o755 })
  if (snapshot !== undefined) await copyKeys(snapshot, lab.dir)
  const { public: authorizedKey } = await ensureKey(lab.name, 'key')
  await makeBridge(lab)
  const hostKeys = new Map<LabNode, KeyPair>()
  const queue = new PQueue({ concurrency })
  const machines = lab.machines.map(node => async () => {
    signal?.throwIfAborted()
    const hostKey = await ensureKey(lab.name, `host_key_${node.name}`)
    hostKeys.set(node, hostKey)
    await makeCable(node)
    const disk = snapshot === undefined ? undefined : diskIn(snapshot, node)
    const isBare = disk === undefined || !existsSync(disk)
    await mountDisk(node, image, isBare ? undefined : disk)
    if (isBare) await installNode(node, recipe, { hostKey, authorizedKey })
    signal?.throwIfAborted()
    await bootNode(node, image)
  })
  const work = lab.plugs.length > 0 ? [async () => startPlugs(lab), ...machines] : machines
  // All must have ended before anything is removed; the first failure is reported.
  const results = await Promise.allSettled(work.map(task => queue.add(task)))
  const failure = results.find(result => result.status === 'rejected')
  if (failure) throw failure.reason
  await writeAccess(lab, hostKeys, recipe.login)
}

function alreadyUp(lab: Lab): UsageError {
  const [use, , takeDown] = usage(lab)
  return new UsageError(`lab ${lab.name} is already up, with ${lab.nodes.length} nodes`, {
    hint: [`Use it: ${use}`, `Or take it down: ${takeDown}`, 'Or give another one a --name.'].join('\n'),
  })
}

/** Command lines that use a lab. */
export function usage(lab: Lab): string[] {
  const name = lab.name === 'demo' ? '' : ` --name ${lab.name}`
  return [`ha-run site --lab ${lab.name}`, `ha-run lab exec${name} node1 -- crm status`, `ha-run lab down${name}`]
}
