import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { connect, isIPv6 } from 'node:net'

/** Questions that this machine puts to services itself. Each rejects with the signal's reason when it is aborted. */

/** @throws Error with the system's reason if the connection is not established. */
export async function connectTcp(host: string, port: number, signal: AbortSignal): Promise<void> {
  const socket = connect({ host, port })
  const abort = () => socket.destroy(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('connect', resolve)
      socket.on('error', reject)
    })
  } finally {
    signal.removeEventListener('abort', abort)
    socket.on('error', () => {})
    socket.destroy()
  }
}

/** The reasons of c-ares, for people. */
const dnsReasons: Record<string, string> = {
  ECONNREFUSED: 'no server answers',
  ENODATA: 'the name has no record of this type',
  ENOTFOUND: 'there is no such name',
  EREFUSED: 'the server refuses to answer',
  ESERVFAIL: 'the server has failed',
  ETIMEOUT: 'no answer',
}

/**
 * The records of a name, as text: an address, or `10 mail.example.net`.
 *
 * @param timeoutMs - the longest time for which the signal lets it wait.
 * @throws Error with the reason.
 */
export async function resolveRecords(
  { server, port, query, type }: { server: string; port: number; query: string; type: string },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  // A resolver of its own: c-ares remembers answers, and servers that have failed.
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 })
  resolver.setServers([isIPv6(server) ? `[${server}]:${port}` : `${server}:${port}`])
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const records = (await resolver.resolve(query, type)) as unknown
    return (Array.isArray(records) ? records : [records]).map(recordText)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new Error(dnsReasons[code] ?? message, { cause: error })
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/** Node has a form of its own for each type: a text, parts of a text, or named fields. */
function recordText(record: unknown): string {
  if (Array.isArray(record)) return record.join('')
  return typeof record === 'object' && record !== null ? Object.values(record).join(' ') : String(record)
}

const lastOutputLength = 400

/** How long a program's last output may take after its end. */
const outputTimeoutMs = 200

/**
 * Runs a program on this machine, in a process group of its own, so that nothing of it is left and a Ctrl-C reaches ha-run alone.
 *
 * @throws Error with the exit code and the end of its output, unless it exits with 0.
 */
export async function runProgram(command: readonly string[], folder: string, signal: AbortSignal): Promise<void> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-lastOutputLength)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const kill = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It ended by itself in between.
    }
  }
  signal.addEventListener('abort', kill, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? new Error(`there is no program ${program} in ${folder}`) : error),
      )
      // A process that it has left behind may keep the output open.
      child.on('exit', (code, killedBy) => {
        const result = code === null ? `ended by ${killedBy}` : `exit code ${code}`
        if (signal.aborted) reject(signal.reason as Error)
        else if (code === 0) resolve()
        else {
          const fail = () => reject(new Error([result, output.trim()].filter(Boolean).join(': ')))
          child.on('close', fail)
          setTimeout(fail, outputTimeoutMs).unref()
        }
      })
    })
  } finally {
    signal.removeEventListener('abort', kill)
    kill()
  }
}
