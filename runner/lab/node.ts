import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quote } from 'zx/core'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError, TaskError, UsageError, lastLines } from '../errors.js'
import { killGroup, makeGroup, machineGroup, nodeGroup, populated, removeGroup, watchGroup } from './cgroup.js'
import type { Image } from './image.js'
import { consoleLog, machineName, nodeDir, nodeRoot, type LabNode } from './names.js'
import { networkOffCommands, inLab, inNode } from './network.js'
import { runLocally, runCommands } from './process.js'
import { repositoryMount, type Recipe } from './recipe.js'

/** One node: its disk and its power. */

/**
 * Mounts a node's disk: a layer of its own over the image, or over such a layer in a snapshot. `volatile` makes syncs free;
 * a crash of the host ends the lab anyway. An overlay with `volatile` can be mounted only once, so it stays mounted
 * through power cuts.
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
 * The command that runs the node while it has power. It is started inside the node's network, since with
 * `--network-namespace-path` /sys would show the host's links (systemd 252); net sysctls can be set as on a real
 * machine. The capabilities are those that Corosync and IPaddr2 need beyond a container's usual ones; time zone, resolver
 * and journal are not taken from the host.
 */
export function nspawnCommand(node: LabNode, image: Image): string[] {
  return inNode(node, [
    'env',
    'SYSTEMD_NSPAWN_API_VFS_WRITABLE=network',
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--keep-unit',
    '--register=no',
    `--machine=${machineName(node)}`,
    `--directory=${nodeRoot(node)}`,
    '--capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_SYS_NICE,CAP_IPC_LOCK,CAP_SYS_RESOURCE',
    `--bind-ro=${image.packages}:${repositoryMount}`,
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
  ])
}

/**
 * The shell script that gives a node power: as a process of its own, with the console in a file. systemd-nspawn without a
 * unit exits with 133 when the node reboots, and the script starts it again.
 */
export function powerScript(node: LabNode, image: Image, groups: { watch: string; machine: string }): string {
  const line = (argv: string[]) => argv.map(argument => quote(argument)).join(' ')
  return [
    `exec </dev/null >>${quote(consoleLog(node))} 2>&1`,
    `echo $$ >${groups.watch}/cgroup.procs`,
    `network_off() { ${networkOffCommands(node).map(line).join('; ')}; }`,
    'while :; do',
    '  network_off',
    `  (echo $BASHPID >${groups.machine}/cgroup.procs; exec ${line(nspawnCommand(node, image))})`,
    '  [ $? = 133 ] || break',
    'done',
    'network_off',
  ].join('\n')
}

/** The keys of a node. */
export interface Identity {
  /** Text of its private and public ed25519 host key. */
  hostKey: { secret: string; public: string }
  /** The line of authorized_keys for the lab's key. */
  authorizedKey: string
}

/** Mounts the node's disk: a fresh one, or one on top of a snapshot. */
export async function mountDisk(node: LabNode, image: Image, lower?: string): Promise<void> {
  for (const part of ['upper', 'work', 'root']) await mkdir(join(nodeDir(node), part), { recursive: true })
  await runCommands([mountCommand(node, image, lower)])
}

/** Writes the node's own files to a fresh disk: addresses, ids and keys. */
export async function installNode(node: LabNode, recipe: Recipe, identity: Identity): Promise<void> {
  const root = nodeRoot(node)
  const publicKey = identity.authorizedKey.trim()
  for (const { path, content, mode = '0644' } of recipe.nodeFiles({ address: node.address, publicKey })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content, { mode: Number.parseInt(mode, 8) })
  }
  await writeFile(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`)
  await writeFile(join(root, 'etc/ssh/ssh_host_ed25519_key'), identity.hostKey.secret, { mode: 0o600 })
  await writeFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), identity.hostKey.public)
  const users = (await readFile(join(root, 'etc/passwd'), 'utf8')).split('\n').map(line => line.split(':'))
  for (const [name = '', , uid, gid, , userHome = ''] of users) {
    if (!['pi', 'admin', recipe.login].includes(name)) continue
    const dir = join(root, userHome, '.ssh')
    // systemd has made root's already.
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(join(dir, 'authorized_keys'), identity.authorizedKey, { mode: 0o600 })
    for (const path of [dir, join(dir, 'authorized_keys')]) await chown(path, Number(uid), Number(gid))
  }
}

/** Shell command that succeeds if sshd greets at address `$1`; a connection that only the kernel accepted does not count. */
const sshGreets = '{ read -r -t 1 line <&3 && [[ $line == SSH-* ]]; } 3<>"/dev/tcp/$1/22"'

/** True if the node has power, also if it is frozen. */
export async function powered(node: LabNode): Promise<boolean> {
  return populated(nodeGroup(node))
}

/**
 * Gives a node power and waits until its sshd answers.
 * @throws UsageError if it has power already
 * @throws ConnectError with the end of its console output if it does not come up
 */
export async function bootNode(node: LabNode, image: Image): Promise<void> {
  await startNode(node, image)
  await waitForSsh(node)
}

/**
 * Gives a node power and returns as soon as it has it.
 * @throws UsageError if it has power already
 */
export async function startNode(node: LabNode, image: Image): Promise<void> {
  if (await powered(node)) throw new UsageError(`${node.name} of lab ${node.lab} is already running`)
  if (!existsSync(join(nodeRoot(node), 'etc'))) throw new UsageError(`${node.name} of lab ${node.lab} has no disk`)
  // systemd in the node expects a control group that nobody has used before.
  await removeGroup(nodeGroup(node))
  const groups = { watch: await makeGroup(watchGroup(node)), machine: await makeGroup(machineGroup(node)) }
  await runLocally(['setsid', '--fork', 'bash', '-c', powerScript(node, image, groups)], { timeoutSeconds: 10 })
  // Until the script has joined its group, a power cut would miss it.
  for (const deadline = performance.now() + 10_000; !(await powered(node)); await sleep(5)) {
    if (performance.now() > deadline) throw new TaskError(`${node.name} of lab ${node.lab} got no power within 10 s`)
  }
}

/** Cuts a node's power. Its disk keeps everything that was written. */
export async function powerKill(node: LabNode): Promise<void> {
  await killGroup(nodeGroup(node))
  await runCommands(networkOffCommands(node))
}

/**
 * Waits until the node's sshd answers. It is probed inside the node's own network, where a refused connection fails at
 * once.
 * @throws ConnectError with the end of its console output, after 60 s or as soon as the node has no power
 */
export async function waitForSsh(node: LabNode, timeoutSeconds = 60): Promise<void> {
  const events = join(await makeGroup(nodeGroup(node)), 'cgroup.events')
  const script = [
    'tries=0',
    // An attempt that began before the network manager had set the address would wait for minutes.
    `until timeout 2 bash -c '${sshGreets}' bash "$1"; do`,
    // From about 2 s on, a node without power is given up.
    '  sleep 0.05; tries=$((tries + 1)); [ $tries -lt 30 ] || grep -q "populated 1" "$2" || exit 3',
    'done 2>/dev/null',
  ].join('\n')
  const argv = inNode(node, ['bash', '-c', script, 'bash', node.address, events])
  try {
    await runLocally(argv, { timeoutSeconds })
  } catch (cause) {
    const log = await readFile(consoleLog(node), 'utf8').catch(() => '')
    throw new ConnectError(`${node.name} of lab ${node.lab} did not come up`, {
      cause,
      output: lastLines(plain(log)),
      hint: `Its console is in ${consoleLog(node)}.`,
    })
  }
}

/** True if the node's sshd answers: to the admin's side, or inside the node's own network, where the cable does not matter. */
export async function answers(node: LabNode, from: 'admin' | 'node' = 'admin'): Promise<boolean> {
  const probe = ['bash', '-c', sshGreets, 'bash', node.address]
  const argv = from === 'admin' ? inLab(node.lab, probe) : inNode(node, probe)
  return (await runLocally(argv, { timeoutSeconds: 2, nothrow: true })).exitCode === 0
}

/** Text without the escape sequences of a terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r/g, '')
}
