import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quote } from 'zx/core'
import { ConnectError, UsageError, lastLines } from '../errors.js'
import { killGroup, makeGroup, machineGroup, nodeGroup, populated, removeGroup, watchGroup } from './cgroup.js'
import type { Image } from './image.js'
import {
  consoleLog, gateway, machineName, nodeDir, nodeRoot, prefixLength, type LabNode,
} from './names.js'
import { darkCommands, inLab, inNode } from './network.js'
import { run, runAll } from './process.js'
import { repositoryMount } from './recipe.js'

/** One node: its disk, its power switch. */

/** /etc/network/interfaces of a fresh node. */
export function interfacesFile(node: LabNode): string {
  return [
    'auto lo', 'iface lo inet loopback', '',
    'auto eth0', 'iface eth0 inet static', `    address ${node.address}/${prefixLength}`, `    gateway ${gateway}`, '',
  ].join('\n')
}

/**
 * The mount of a node's disk: a layer of its own over the image, or over what a snapshot kept of such a layer. `volatile`
 * makes its syncs free; what a crash of the host would lose is lost anyway. An overlay mounted like this can be mounted
 * only once, so it stays through power cuts.
 *
 * @param lower - the directory of the node's disk in a snapshot
 */
export function mountCommand(node: LabNode, image: Image, lower?: string): string[] {
  const dir = nodeDir(node)
  const layers = lower === undefined ? image.root : `${lower}:${image.root}`
  const options = `lowerdir=${layers},upperdir=${dir}/upper,workdir=${dir}/work,volatile`
  return ['mount', '-t', 'overlay', `ha-run-${node.lab}`, '-o', options, nodeRoot(node)]
}

/**
 * The command that is the node while it has power. It is started in the node's network and not told of it, since with
 * `--network-namespace-path` /sys would show the host's links (systemd 252); net sysctls can be set as on a real
 * machine. The capabilities are those that Corosync and an IPaddr2 need beyond a container's usual ones; time zone,
 * resolver and journal are the node's own affair.
 */
export function nspawnCommand(node: LabNode, image: Image): string[] {
  return inNode(node, [
    'env', 'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network',
    'systemd-nspawn', '--quiet', '--boot', '--keep-unit', '--register=no', `--machine=${machineName(node)}`,
    `--directory=${nodeRoot(node)}`,
    '--capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_SYS_NICE,CAP_IPC_LOCK,CAP_SYS_RESOURCE',
    `--bind-ro=${image.packages}:${repositoryMount}`, '--resolv-conf=off', '--timezone=off', '--link-journal=no',
  ])
}

/**
 * The shell script that gives a node power: apart from our process, with its console in a file. systemd-nspawn without
 * a unit of its own ends with 133 when the node wants to reboot, and it is for us to start it again.
 */
export function powerScript(node: LabNode, image: Image, groups: { watch: string; machine: string }): string {
  const line = (words: string[]) => words.map(word => quote(word)).join(' ')
  return [
    `exec </dev/null >>${quote(consoleLog(node))} 2>&1`,
    `echo $$ >${groups.watch}/cgroup.procs`,
    `dark() { ${darkCommands(node).map(line).join('; ')}; }`,
    'while :; do',
    '  dark',
    `  (echo $BASHPID >${groups.machine}/cgroup.procs; exec ${line(nspawnCommand(node, image))})`,
    '  [ $? = 133 ] || break',
    'done',
    'dark',
  ].join('\n')
}

/** What `up` makes for a node beforehand. */
export interface Identity {
  /** Text of its private and public ed25519 host key. */
  hostKey: { secret: string; public: string }
  /** The line that lets the lab's key in. */
  authorizedKey: string
}

/** Mounts the node's disk: a fresh one, or one that goes on from a snapshot's. */
export async function mountDisk(node: LabNode, image: Image, lower?: string): Promise<void> {
  for (const part of ['upper', 'work', 'root']) await mkdir(join(nodeDir(node), part), { recursive: true })
  await runAll([mountCommand(node, image, lower)])
}

/** Writes on a fresh disk what makes it this node's. */
export async function installNode(node: LabNode, identity: Identity): Promise<void> {
  const root = nodeRoot(node)
  await writeFile(join(root, 'etc/network/interfaces'), interfacesFile(node))
  await writeFile(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`)
  await writeFile(join(root, 'etc/ssh/ssh_host_ed25519_key'), identity.hostKey.secret, { mode: 0o600 })
  await writeFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), identity.hostKey.public)
  const users = (await readFile(join(root, 'etc/passwd'), 'utf8')).split('\n').map(line => line.split(':'))
  for (const [name = '', , uid, gid, , userHome = ''] of users) {
    if (!['root', 'pi', 'admin'].includes(name)) continue
    const dir = join(root, userHome, '.ssh')
    // systemd has made root's already.
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(join(dir, 'authorized_keys'), identity.authorizedKey, { mode: 0o600 })
    for (const path of [dir, join(dir, 'authorized_keys')]) await chown(path, Number(uid), Number(gid))
  }
}

/** Shell words that are true when sshd greets at address `$1`; a connection that only the kernel took will not do. */
const sshGreets = '{ read -r -t 1 line <&3 && [[ $line == SSH-* ]]; } 3<>"/dev/tcp/$1/22"'

/** Does the node have power? A frozen one has. */
export async function powered(node: LabNode): Promise<boolean> {
  return populated(nodeGroup(node))
}

/**
 * Gives a node power and waits until its sshd answers.
 * @throws UsageError when it has power already
 * @throws ConnectError with the end of its console when it does not come up
 */
export async function bootNode(node: LabNode, image: Image): Promise<void> {
  if (await powered(node)) throw new UsageError(`${node.name} of lab ${node.lab} is already running`)
  if (!existsSync(join(nodeRoot(node), 'etc'))) throw new UsageError(`${node.name} of lab ${node.lab} has no disk`)
  // systemd in the node expects a control group that nobody has used before.
  await removeGroup(nodeGroup(node))
  const groups = { watch: await makeGroup(watchGroup(node)), machine: await makeGroup(machineGroup(node)) }
  await run(['setsid', '--fork', 'bash', '-c', powerScript(node, image, groups)], { seconds: 10 })
  await waitForSsh(node)
}

/** Takes a node's power away. What it had written is kept, as if its disk had lost nothing. */
export async function powerKill(node: LabNode): Promise<void> {
  await killGroup(nodeGroup(node))
  await runAll(darkCommands(node))
}

/**
 * Waits until the node's sshd answers, asked inside the node's own network: there, nothing has to be resolved, and a
 * refusal comes at once.
 * @throws ConnectError with the end of its console, after 60 s or as soon as the node has no power
 */
export async function waitForSsh(node: LabNode, seconds = 60): Promise<void> {
  const events = join(await makeGroup(nodeGroup(node)), 'cgroup.events')
  const script = [
    `until ${sshGreets}; do`,
    '  sleep 0.05; [ $SECONDS -lt 2 ] || grep -q "populated 1" "$2" || exit 3',
    'done 2>/dev/null',
  ].join('\n')
  const words = inNode(node, ['bash', '-c', script, 'bash', node.address, events])
  try {
    await run(words, { seconds })
  } catch (cause) {
    const log = await readFile(consoleLog(node), 'utf8').catch(() => '')
    throw new ConnectError(`${node.name} of lab ${node.lab} did not come up`, {
      cause, output: lastLines(plain(log)), hint: `Its console is in ${consoleLog(node)}.`,
    })
  }
}

/** Does the node's sshd answer, from the admin's side or, whatever the cable does, inside the node's own network? */
export async function answers(node: LabNode, from: 'admin' | 'node' = 'admin'): Promise<boolean> {
  const probe = ['bash', '-c', sshGreets, 'bash', node.address]
  const words = from === 'admin' ? inLab(node.lab, probe) : inNode(node, probe)
  return (await run(words, { seconds: 2, nothrow: true })).exitCode === 0
}

/** Text without the escape sequences of a terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r/g, '')
}
