import { fileURLToPath } from 'node:url'
import type { SummaryEvent } from '../../runner/engine/events.js'
import type { Lab } from '../../runner/lab/index.js'
import { measure, type Measured } from './measure.js'

/** What people run, and the same in many files, whose parts can be replaced. */
export const main = fileURLToPath(new URL('../../../bundle/runner/cli/main.js', import.meta.url))
export const inParts = fileURLToPath(new URL('../../runner/cli/main.js', import.meta.url))

/** The command line of `ha-run site` on a lab, with one look at the end, as the playbook has: a stability window is no work. */
export function siteWords({ inventory }: Lab, sshConfig: string, flags: string[] = [], program = main): string[] {
  return [process.execPath, program, 'site', '-i', inventory, '-F', sshConfig, '--json', '--stable', '0', ...flags]
}

/**
 * Runs `ha-run site` once.
 *
 * @param changed - how many changes it must make; undefined where it is a number that nobody knows beforehand.
 * @throws Error with what it said where the outcome is another one.
 */
export async function runHaRun(
  lab: Lab,
  sshConfig: string,
  { changed, flags = [], signal }: { changed: number | undefined; flags?: string[]; signal: AbortSignal },
): Promise<Measured> {
  const measured = await measure(siteWords(lab, sshConfig, flags), { signal })
  const lines = measured.stdout.trim().split('\n')
  const summary = JSON.parse(lines.at(-1)!) as SummaryEvent
  const made = summary.changed + summary.would_change
  if (summary.exit === 0 && (changed === undefined ? made > 0 : made === changed)) return measured
  const odd = lines.filter(line => /"status":"(changed|would-change|failed|unreachable)"/.test(line))
  throw new Error(
    `ha-run ended with ${summary.exit} and ${made} changes, expected ${changed ?? 'some'}:\n${[...odd, lines.at(-1)].join('\n')}\n${measured.stderr}`,
  )
}
