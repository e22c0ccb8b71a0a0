import { readFile } from 'node:fs/promises'
import { $, type ProcessOutput } from 'zx/core'
import { UsageError } from '../errors.js'
import { machineGroup, processesOf } from './cgroup.js'
import type { LabNode } from './names.js'

/** The environment of a root login on Debian. */
const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8',
]

/** The node's first process, as the host sees it. */
interface FirstProcess {
  pid: number
  /** Its bounding set of capabilities, as in /proc/PID/status: hexadecimal, bit N for capability number N. */
  capabilities: string
}

/**
 * The command that runs words inside a node. It comes from outside, and so would have the host's capabilities: to set
 * the clock, say, which is the host's. So it is brought down to what the node's own processes can have.
 */
export function enterCommand(first: FirstProcess, words: string[], terminal: string | undefined): string[] {
  const bits = BigInt(`0x${first.capabilities}`).toString(2).split('').reverse()
  const allowed = bits.flatMap((bit, number) => bit === '1' ? [`+cap_${number}`] : [])
  const term = terminal === undefined ? [] : [`TERM=${terminal}`]
  return [
    'nsenter', `--target=${first.pid}`, '--all', 'setpriv', `--bounding-set=${['-all', ...allowed].join(',')}`,
    'env', '-i', ...environment, ...term, ...words,
  ]
}

export interface ExecOptions {
  /** `inherit`: CMD has our stdin, stdout and stderr. `collect`: nothing to read, and its output is returned. */
  output: 'inherit' | 'collect'
  /** After this many seconds the command is ended (with exit code 124); without, it takes its time. */
  seconds?: number
}

/**
 * Runs a command as root in a node, word for word, through the machine and not through the network: it works with the
 * cable cut and without sshd. Any exit code is a result.
 * @throws UsageError when the node has no power
 */
export async function exec(node: LabNode, words: string[], options: ExecOptions): Promise<ProcessOutput> {
  const entered = enterCommand(await firstProcess(node), words, process.env['TERM'])
  const limit = options.seconds === undefined ? [] : ['timeout', '--kill-after=5', String(options.seconds)]
  const inherit = options.output === 'inherit'
  return $({
    quiet: true, nothrow: true, prefix: 'exec ', stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
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
