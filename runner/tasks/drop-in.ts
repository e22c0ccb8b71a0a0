import { TaskError, UsageError } from '../errors.js'
import { unitState, type UnitState } from '../facts/units.js'
import type { Remote } from '../ssh/remote.js'
import type { Difference } from './difference.js'
import { file } from './file.js'
import { task, type NodeTask, type TaskRef } from './task.js'

export interface DropInOptions {
  /** The file's name without `.conf`. systemd applies the drop-ins of a unit in the order of their names. @default 'ha-run' */
  name?: string
  /** Settings with their sections, as systemd.unit(5) has them. */
  content: string
  title?: string
  needs?: readonly TaskRef[]
}

/**
 * Settings of a systemd unit in a file of their own, which systemd has loaded; the unit's own file stays as shipped.
 *
 * ```ts
 * dropIn('nginx.service', { content: '[Service]\nRestart=on-failure\n' })
 * ```
 */
export function dropIn(unit: string, options: DropInOptions): NodeTask {
  const { name = 'ha-run', content, title = `drop-in ${name} of ${unit}`, needs } = options
  const path = dropInPath(unit, name)
  const written = file(path, { content })
  return task(title, {
    ...(needs && { needs }),
    async check(scope) {
      const [found, state] = await Promise.all([written.check(scope), scope.read(unitState(unit))])
      if (state.load === 'not-found') {
        throw new TaskError(`there is no unit ${unit}`, {
          hint: 'correct its name in the role, or name the task that installs it in `needs:`',
        })
      }
      // A file that differs is not loaded either.
      return Array.isArray(found) && found.length === 0 ? dropInDifferences(unit, path, state) : found
    },
    async apply(scope, differences) {
      if (differences.some(({ subject }) => subject !== loadedSubject(unit))) await written.apply(scope, differences)
      await reloadSystemd(scope.$)
    },
  })
}

/** @throws UsageError for what is not the whole name of one unit. */
export function dropInPath(unit: string, name: string): string {
  if (!/^[\w:.\\-]+(@[\w:.\\-]+)?\.[a-z]+$/.test(unit))
    throw new UsageError(`not the name of a unit with its suffix, such as nginx.service: ${unit}`)
  return `/etc/systemd/system/${unit}.d/${name}.conf`
}

const loadedSubject = (unit: string) => `${unit} as systemd has loaded it`

/** Whether systemd has loaded a drop-in as its file is. */
export function dropInDifferences(
  unit: string,
  path: string,
  { dropIns, outdated }: Pick<UnitState, 'dropIns' | 'outdated'>,
): Difference[] {
  // systemd does not report a unit as outdated if the drop-in is its first one.
  return outdated || !dropIns.includes(path) ? [notLoaded(unit)] : []
}

/** systemd has not read the unit's files since they have changed. */
export function notLoaded(unit: string): Difference {
  return { subject: loadedSubject(unit), from: 'before the last change of its files', to: 'as in its files' }
}

/** systemd reads the files of all units again. */
export async function reloadSystemd($: Remote): Promise<void> {
  await $({ timeout: '60s' })`systemctl daemon-reload`
}
