import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../../runner/lab/index.js'
import { runLocally } from '../../runner/lab/process.js'
import { quote } from '../../runner/ssh/quote.js'
import { inParts, siteWords } from './ha-run.js'
import { measure, type Measured } from './measure.js'
import type { Recording } from './record.js'
import type { Exact } from './results.js'

/**
 * The floor: everything that ha-run sends to a node, as one shell script through one plain ssh. No tool that reads the same can
 * be much faster. It leaves out the page, which ha-run fetches through a separate channel.
 */

const recorder = fileURLToPath(new URL('record.js', import.meta.url))

/** That of a session's shell. */
export const environment = 'export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The end of a node's output, by which an incomplete output is detected. */
export const end = 'that was all'

/** Records a run of ha-run that finds nothing to do. */
export async function record(lab: Lab): Promise<Recording> {
  const file = join(lab.dir, 'recording.json')
  const words = siteWords(lab, lab.sshConfig, [], inParts).toSpliced(1, 0, '--import', recorder)
  await runLocally(words, { timeoutSeconds: 300, env: { HA_RUN_BENCH_RECORD: file } })
  return JSON.parse(await readFile(file, 'utf8')) as Recording
}

/** Frames and round trips of the node that had the most of them. */
export function exact(recording: Recording): Exact {
  const nodes = Object.values(recording)
  return {
    frames: Math.max(...nodes.map(({ requests }) => requests.length)),
    roundTrips: Math.max(...nodes.map(({ roundTrips }) => roundTrips)),
  }
}

/** All requests to a node as one script: each in a subshell, as in its frame, without the markers. */
export function floorScript({ requests }: Recording[string]): string {
  const parts = requests.flatMap(({ scripts, input }) => {
    const shells = (redirection: string) => scripts.map(script => `(\n${script}\n)${redirection}`).join('\n')
    return input === undefined
      ? shells(' </dev/null')
      : `base64 -d <<'END-OF-INPUT' | {\n${input}\nEND-OF-INPUT\n${shells('')}\n}`
  })
  return [environment, ...parts, `echo '${end}'`, ''].join('\n')
}

/** Writes a script for each node into the lab's directory. @returns the directory. */
export async function writeFloor(lab: Lab, scriptOf: (node: string) => string): Promise<string> {
  const folder = join(lab.dir, 'floor')
  await mkdir(folder, { recursive: true })
  for (const { name } of lab.nodes) await writeFile(join(folder, `${name}.sh`), scriptOf(name))
  return folder
}

/** Runs the floor once, on all nodes at the same time. @throws Error if a node's output is incomplete. */
export async function runFloor(lab: Lab, folder: string, sshConfig: string, signal: AbortSignal): Promise<Measured> {
  const names = lab.nodes.map(({ name }) => quote(name)).join(' ')
  const loop = `for node in ${names}; do ssh -F ${quote(sshConfig)} -o BatchMode=yes "$node" 'sh -s' <"$node.sh" >"$node.out" 2>/dev/null & done; wait`
  const measured = await measure(['sh', '-c', `cd ${quote(folder)} && ${loop}`], { signal })
  for (const { name } of lab.nodes) {
    const answer = await readFile(join(folder, `${name}.out`), 'utf8')
    if (!answer.endsWith(`${end}\n`)) throw new Error(`the floor: ${name} has not answered to the end`)
  }
  return measured
}
