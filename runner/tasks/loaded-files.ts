import type { ProcessOutput } from 'zx/core'
import type { Fact, Family } from '../facts/fact.js'
import { sha256 } from '../hash.js'
import { CommandError } from '../ssh/outcome.js'
import { sh, ShellText } from '../ssh/quote.js'
import type { Remote } from '../ssh/remote.js'

/**
 * Whether a service runs with the present content of its files. What it was last made to load is noted in /run; another load, by
 * somebody else or by a start, makes the note void, and then the times decide: a file that changed after the load was not loaded.
 */

/** How a service and its files are. */
export interface LoadState {
  isActive: boolean
  canReload: boolean
  /** Of its present run: another one after each start. */
  invocation: string
  /** When it was last started or reloaded, as systemd prints it: to the microsecond, or to the second before systemd 247. */
  loadedAt: string
  /** The note as text; empty without one. */
  note: string
  /** Those of the files that are there. */
  files: LoadedFile[]
}

export interface LoadedFile {
  path: string
  /** When it was last changed, in seconds since 1970 with their fraction. */
  changedAt: string
  hash: string
}

/** The file on the node that says what was loaded; it ends with the node's run. */
export const noteFile = (unit: string) => `/run/ha-run.loaded.${unit}`

const properties = ['ActiveState', 'CanReload', 'InvocationID', 'StateChangeTimestamp'].join(',')

/** systemd's own time zone is that of the node: older releases print no other, so the variable sets it. */
const showScript = (unit: string) =>
  sh`{ systemctl show --timestamp=us+utc -p ${properties} -- ${unit} 2>/dev/null || TZ=UTC systemctl show -p ${properties} -- ${unit}; }`

const loads: Family<LoadState> = {
  name: 'files that services have loaded',
  // For each service: its properties, its note, two fields for each file, and an empty one.
  script: services =>
    services
      .map(serviceOf)
      .map(
        ({ unit, paths }) =>
          `${showScript(unit)}; printf '\\0'` +
          sh`; cat -- ${noteFile(unit)} 2>/dev/null; printf '\\0'; for path in ${paths}; do [ ! -f "$path" ] || { stat -L --printf='%.6Z\\0' -- "$path" && sha256sum -z -- "$path"; }; done; printf '\\0'`,
      )
      .join('\n'),
  parse(output, services) {
    const fields = output.stdout.split('\0')
    return services.map(service => loadStateIn(fields, serviceOf(service).unit, output))
  },
}

/** How a service is, from the next of these fields, which it takes away. */
function loadStateIn(fields: string[], unit: string, output: ProcessOutput): LoadState | CommandError {
  const [shown = '', note = ''] = fields.splice(0, 2)
  const values = new Map(
    shown.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const state = values.get('ActiveState')
  const end = fields.indexOf('')
  const ofFiles = fields.splice(0, end + 1).slice(0, -1)
  if (state === undefined || end === -1 || ofFiles.length % 2 !== 0)
    return new CommandError('systemctl show', output, `what ${unit} has loaded cannot be read`)
  return {
    isActive: state === 'active' || state === 'reloading',
    canReload: values.get('CanReload') === 'yes',
    invocation: values.get('InvocationID') ?? '',
    loadedAt: values.get('StateChangeTimestamp') ?? '',
    note: note.trim(),
    files: ofFiles.flatMap((changedAt, at) => {
      const line = ofFiles[at + 1] ?? ''
      return at % 2 === 0 ? [{ path: line.slice(66), changedAt, hash: line.slice(0, 64) }] : []
    }),
  }
}

/** A service and those of its files that it loads. */
export interface LoadingService {
  unit: string
  paths: readonly string[]
}

/** How a service and its files are. */
export function loadState(service: LoadingService): Fact<LoadState> {
  return { family: loads, argument: JSON.stringify(service) }
}

function serviceOf(argument: string): LoadingService {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `loadState` made it
  return JSON.parse(argument) as LoadingService
}

/** The service that a fact of `loadState` is about; undefined for other facts. */
export function loadingServiceOf({ family, argument }: Fact<unknown>): LoadingService | undefined {
  return family === loads ? serviceOf(argument) : undefined
}

/** One hash of the files, with their paths. */
export function hashOfFiles(files: readonly LoadedFile[]): string {
  return sha256(files.map(({ path, hash }) => `${hash}  ${path}\n`).join(''))
}

/**
 * What a service runs with, if that is not the present content of its files; undefined if it is, or if the service does not run: its
 * start loads them.
 */
export function outdatedLoad({ isActive, invocation, loadedAt, note, files }: LoadState): string | undefined {
  if (!isActive) return undefined
  const [kind, hash, run, ...load] = note.split(' ')
  // A reload that failed counts as a load to systemd.
  if (kind === 'loading' && run === invocation) return 'as before a reload that failed or was interrupted'
  if (kind === 'loaded' && run === invocation && load.join(' ') === loadedAt)
    return hash === hashOfFiles(files) ? undefined : 'as before its last change'
  const changed = files.filter(({ changedAt }) => isLater(changedAt, loadedAt)).map(({ path }) => path)
  return changed.length === 0 ? undefined : `as before ${changed.join(', ')} changed`
}

/** Whether a file changed after a load. A load that is known to the second only may have come before the change of the same second. */
function isLater(changedAt: string, loadedAt: string): boolean {
  const [, day, time, fraction] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? UTC$/.exec(loadedAt) ?? []
  if (day === undefined) return false
  const loadedSeconds = Date.parse(`${day}T${time}Z`) / 1000
  const changedSeconds = Number(changedAt.split('.')[0])
  if (changedSeconds !== loadedSeconds || fraction === undefined) return changedSeconds >= loadedSeconds
  return Number(`0.${changedAt.split('.')[1] ?? 0}`) > Number(`0${fraction}`)
}

/**
 * Makes a service load its files: by a reload, or by a restart if it has none. The note says before that it is being done.
 *
 * @param hash - of the files, read before: one that changes meanwhile differs from it at the next check.
 */
export async function loadFiles(
  $: Remote,
  unit: string,
  { canReload, invocation }: LoadState,
  hash: string,
): Promise<void> {
  const note = noteFile(unit)
  await $({ timeout: '120s' })`set -e
echo ${`loading ${hash} ${invocation}`} >${note}
systemctl ${canReload ? 'reload' : 'restart'} -- ${unit}
now=$(${new ShellText(showScript(unit))})
of() { printf '%s\\n' "$now" | sed -n "s/^$1=//p"; }
printf 'loaded %s %s %s\\n' ${hash} "$(of InvocationID)" "$(of StateChangeTimestamp)" >${note}.new
mv -f -- ${note}.new ${note}`
}
