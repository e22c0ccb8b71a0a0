/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

export const main = fileURLToPath(new URL('../../../bundle/runner/cli/main.js', import.meta.url))

export interface Ended {
  exit: number | null
  stdout: string
  stderr: string
}

/** Runs a command line in a directory of its own, without a terminal. */
export async function haRun(t: ExecutionContext, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd: folderOf(t), stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => {
      output[stream] += chunk.toString()
    })
  const exit = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { exit, ...output }
}

export function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-cli-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** For `vars`: ha-run tries the declared address of a node that refuses, and what a test declares must lead nowhere else. */
export const onlyThisMachine = 'ansible_ssh_common_args: -o BindAddress=127.0.0.1'

/** An inventory whose nodes are this machine, at these ports. */
export function inventoryOf(t: ExecutionContext, ...ports: number[]): string {
  const file = join(folderOf(t), 'site.yml')
  const hosts = ports.map(
    (port, at) =>
      `    node${at + 1}: { ansible_host: 127.0.0.1, ansible_port: ${port}, address: 192.0.2.${at < 9 ? at + 1 : at + 21}/24 }\n`,
  )
  writeFileSync(
    file,
    `all:
  vars:
    ${onlyThisMachine}
    cluster: { name: test-${ports[0]}, floating_ip: 192.0.2.10/24, fencing: disabled }
  hosts:
${hosts.join('')}`,
  )
  return file
}

export interface Line {
  event: string
  status?: string
  check?: boolean
  cluster?: string
  host?: string
  exit?: number
  unreachable?: number
  error?: { message: string; hint?: string }
}

/** Parses stdout as JSON Lines. Throws if a line is not JSON. */
export function jsonLines(stdout: string): Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line)
}
