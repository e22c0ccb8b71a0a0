import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { TaskError, lastLines } from '../errors.js'
import { inGroup, makeGroup, plugsGroup, populated } from './cgroup.js'
import { bridge, labDir, labNetns, type Lab, type Plug } from './names.js'
import { inLab } from './network.js'
import { runCommands, runLocally } from './process.js'

/**
 * The power plugs of a lab: one process in the lab's network, which answers for all of them (plug-server.ts). What a plug is
 * like stands in files, so that this process and the commands of the lab agree without talking to each other.
 */

/** `works`, or how the plug fails: `stuck` answers as if its relay moved. */
export const plugConditions = ['works', 'stuck', 'slow', 'unreachable', 'wrong-password'] as const
export type PlugCondition = (typeof plugConditions)[number]

export interface PlugStatus {
  plug: Plug
  /** True if the relay lets the current pass. */
  isOn: boolean
  condition: PlugCondition
  /** The time that a slow plug takes for an answer. */
  delaySeconds: number
}

const file = ({ node, name }: Plug, what: 'relay' | 'condition') => join(labDir(node.lab), 'plugs', `${name}.${what}`)
export const plugLog = (lab: string) => join(labDir(lab), 'plugs.log')
export const plugPasswordFile = (lab: string) => join(labDir(lab), 'plug_password')

/** The file of the server, whether this module is in a file of its own or in a bundle: both stand in a folder of runner/. */
const serverFile = fileURLToPath(new URL('../lab/plug-server.js', import.meta.url))

/**
 * Starts the plugs of a lab, which run on after this process has ended.
 * @throws TaskError with the end of their log if they do not answer within 20 s
 */
export async function startPlugs(lab: Lab): Promise<void> {
  await mkdir(join(lab.dir, 'plugs'), { recursive: true })
  const password = plugPasswordFile(lab.name)
  // It came with a snapshot, whose cluster knows it.
  if (!existsSync(password)) await writeFile(password, randomBytes(12).toString('hex'), { mode: 0o600 })
  const all = [...lab.plugs, ...lab.backups]
  for (const plug of all) await runCommands([addressCommand(plug, 'replace')])
  const server = inLab(lab.name, [process.execPath, serverFile, lab.name, String(lab.plugs.length)])
  const quietly = ['sh', '-c', 'log=$1; shift; exec "$@" </dev/null >>"$log" 2>&1', 'sh', plugLog(lab.name)]
  const argv = inGroup(await makeGroup(plugsGroup(lab.name)), [...quietly, ...server])
  await runLocally(['setsid', '--fork', ...argv], { timeoutSeconds: 10 })
  for (const deadline = performance.now() + 20_000; !(await answer(lab)); await sleep(50)) {
    if (performance.now() < deadline) continue
    const log = await readFile(plugLog(lab.name), 'utf8').catch(() => '')
    throw new TaskError(`the plugs of lab ${lab.name} do not answer`, { output: lastLines(log) })
  }
}

/** True if the last plug, which is the last one to listen, accepts a connection. */
async function answer({ name, backups }: Lab): Promise<boolean> {
  const probe = inLab(name, ['bash', '-c', ': <>"/dev/tcp/$1/80"', 'bash', backups.at(-1)!.address])
  return (await runLocally(probe, { timeoutSeconds: 2, nothrow: true })).exitCode === 0
}

/** True if the process that answers for a lab's plugs is alive. */
export async function plugsRun(lab: string): Promise<boolean> {
  return populated(plugsGroup(lab))
}

/** Puts a plug into a condition. */
export async function setPlugCondition(plug: Plug, condition: PlugCondition, delaySeconds = 10): Promise<void> {
  await mkdir(dirname(file(plug, 'condition')), { recursive: true })
  await writeFile(file(plug, 'condition'), `${condition} ${delaySeconds}`)
  // Without its address nobody answers for it, not even with a refusal: as a device without Wi-Fi.
  const isThere = condition !== 'unreachable'
  await runCommands([addressCommand(plug, 'replace'), ...(isThere ? [] : [addressCommand(plug, 'delete')])])
}

export async function readPlug(plug: Plug): Promise<PlugStatus> {
  const relay = await readFile(file(plug, 'relay'), 'utf8').catch(() => 'on')
  const [condition = '', delay] = (await readFile(file(plug, 'condition'), 'utf8').catch(() => 'works')).split(' ')
  return {
    plug,
    isOn: relay !== 'off',
    condition: plugConditions.find(known => known === condition) ?? 'works',
    delaySeconds: Number(delay ?? 0),
  }
}

/** Notes how the relay stands. */
export async function noteRelay(plug: Plug, isOn: boolean): Promise<void> {
  if (isOn) await rm(file(plug, 'relay'), { force: true })
  else await writeFile(file(plug, 'relay'), 'off')
}

/** A /32 beside the bridge's own address: it comes and goes without a route. */
function addressCommand({ node, address }: Plug, verb: 'replace' | 'delete'): string[] {
  return ['ip', '-n', labNetns(node.lab), 'address', verb, `${address}/32`, 'dev', bridge]
}
