import { hostname } from 'node:os'

/** Who runs something, as one line: person, machine, since when, and the run. */
export function ownerText(run: string): string {
  return `${process.env['SUDO_USER'] ?? process.env['USER'] ?? `uid-${process.getuid?.()}`}@${hostname()} since ${new Date().toISOString()} (run ${run})`
}
