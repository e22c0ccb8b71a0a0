import { readFile } from 'node:fs/promises'
import { $, type ProcessOutput } from 'zx/core'
import { UsageError } from '../errors.js'
import { machineGroup, processesOf } from './cgroup.js'
import type { LabNode } from './names.js'

/** The environment of a root login on Debian. */
const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']

/** The node's first process, from the host's point of view. */
interface FirstProcess {
  pid: number
  /** Its bounding set of capabilities, as in /proc/PID/status: hexadecimal, bit N for capability number N. */
  capabilities: string
}

/**
 * The command that runs `argv` inside a node, with the capabilities of the node's own processes. Without that it would have
 * those of the host, and could set the host's clock, for example.
 */
export function enterCommand(first: FirstProcess, argv: string[], terminal: string | undefined): string[] {
  const bits = BigInt(`0x${first.capabilities}`).toString(2).split('').reverse()
  const allowed = bits.flatMap((bit, number) => (bit === '1' ? [`+cap_${number}`] : []))
  const term = terminal === undefined ? [] : [`TERM=${terminal}`]
  return [
    'nsenter',
    `--target=${first.pid}`,
    '--all',
    'setpriv',
    `--bounding-set=${['-all', ...allowed].join(',')}`,
    'env',
    '-i',
    ...environment,
    ...term,
    ...argv,
  ]
}

export interface ExecOptions {
  /** `inherit`: the command uses stdin, stdout and stderr of this process. `collect`: no input, and the output is returned. */
  output: 'inherit' | 'collect'
  /** After this time the command is terminated, with exit code 124; no limit by default. */
  timeoutSeconds?: number
}

/**
 * Runs a command as root in a node, without a shell, and not over the network: it works with the cable cut and without
 * sshd. Any exit code is a result.
 * @throws UsageError if the node has no power
 */
export async function exec(node: LabNode, argv: string[], options: ExecOptions): Promise<ProcessOutput> {
  const entered = enterCommand(await firstProcess(node), argv, process.env['TERM'])
  const limit =
    options.timeoutSeconds === undefined ? [] : ['timeout', '--kill-after=5', String(options.timeoutSeconds)]
  const inherit = options.output === 'inherit'
  return $({
    quiet: true,
    nothrow: true,
    prefix: 'exec ',
    stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  })`${[...limit, ...entered]}`
}

async function firstProcess(node: LabNode): Promise<FirstProcess> {
  for (const pid of await processesOf(machineGroup(node))) {
    const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const capabilities = /^CapBnd:\s+(\w+)$/m.exec(text)?.[1]
    if (capabilities !== undefined && /^NSpid:\s+\d+\s+1$/m.test(text)) return { pid, capabilities }
  }
  throw new UsageError(`${node.name} of lab ${node.lab} has no power`, {
    hint: `ha-run lab boot --name ${node.lab} ${node.name}`,
  })
}
