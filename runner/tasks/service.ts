import type { Difference } from './difference.js'
import type { FileTask } from './file.js'
import { hashOfFiles, loadFiles, loadState, outdatedLoad } from './loaded-files.js'
import { task, warn, type NodeTask, type TaskRef } from './task.js'
import { TaskError } from '../errors.js'
import { unitState, type UnitState } from '../facts/units.js'

export interface ServiceOptions {
  /** Whether systemd starts it at boot. */
  enabled: boolean
  /** Whether it runs now; left out if somebody else decides that. */
  running?: boolean
  /**
   * Files that it reads when it starts, as their tasks or paths: while it runs, it is reloaded if one of them has changed since, or
   * restarted if it cannot reload and `running` is true.
   */
  loads?: readonly (FileTask | string)[]
  needs?: readonly TaskRef[]
}

/**
 * How a unit differs from what is declared. A unit that a killed installation left masked (at run time) is unmasked.
 *
 * @throws TaskError for one that an admin has masked.
 */
export function serviceDifferences(
  unit: string,
  { enabled, running }: ServiceOptions,
  state: Pick<UnitState, 'active' | 'file'>,
): Difference[] {
  if (enabled && state.file === 'masked') {
    throw new TaskError(`${unit} is masked: an admin did not want it started`, {
      hint: `\`systemctl unmask ${unit}\` if that is over`,
    })
  }
  const asDeclared = enabled ? state.file === 'enabled' : !state.file.startsWith('enabled')
  const boot = asDeclared
    ? []
    : [{ subject: `${unit} at boot`, from: state.file || 'absent', to: enabled ? 'enabled' : 'disabled' }]
  const active = state.active === 'active'
  if (running === undefined || running === active) return boot
  return [...boot, { subject: unit, from: state.active, to: running ? 'active' : 'inactive' }]
}

/** The commands that close the differences, each as a list of arguments. */
export function serviceCommands(
  unit: string,
  { enabled, running }: ServiceOptions,
  differences: Difference[],
): string[][] {
  const boot = differences.find(({ subject }) => subject === `${unit} at boot`)
  const now = differences.some(({ subject }) => subject === unit)
  return [
    ...(boot?.from === 'masked-runtime' ? [['systemctl', '-q', 'unmask', '--runtime', unit]] : []),
    // Without --runtime, `disable` leaves a unit enabled until the next boot.
    ...(boot
      ? [
          [
            'systemctl',
            '-q',
            enabled ? 'enable' : 'disable',
            ...(!enabled && boot.from === 'enabled-runtime' ? ['--runtime'] : []),
            unit,
          ],
        ]
      : []),
    ...(now ? [['systemctl', running ? 'start' : 'stop', unit]] : []),
  ]
}

/** A systemd unit as declared, e.g. `service('apache2.service', { enabled: false })`. */
export function service(unit: string, options: ServiceOptions): NodeTask {
  const { enabled, running, loads = [] } = options
  const words = [
    enabled ? 'enabled' : 'disabled',
    ...(running === undefined ? [] : [running ? 'running' : 'stopped']),
    ...(loads.length === 0 ? [] : ['with its files loaded']),
  ]
  const needs = [...(options.needs ?? []), ...loads.filter(each => typeof each !== 'string')]
  const loaded = loadState({ unit, paths: loads.map(each => (typeof each === 'string' ? each : each.path)) })
  return task(`${unit.replace('.service', '')} is ${inWords(words)} in systemd`, {
    ...(needs.length > 0 && { needs }),
    // No task waits for a unit to stop, or to start at the next boot; what loads files waits for them.
    ...(running !== true && loads.length === 0 && { background: true }),
    async check({ read }) {
      const [state, load] = await Promise.all([read(unitState(unit)), loads.length > 0 ? read(loaded) : undefined])
      const differences = serviceDifferences(unit, options, state)
      const outdated = running === false ? undefined : load && outdatedLoad(load)
      if (outdated === undefined) return differences
      if (load?.canReload || running === true)
        return [...differences, { subject: loadSubject(unit), from: outdated, to: 'as they are' }]
      const unloaded = `${unit} cannot reload, and runs ${outdated}: restart it, or have the cluster do it, for it to load its files`
      return differences.length > 0 ? differences : warn(unloaded)
    },
    async apply({ $, read }, differences) {
      for (const words of serviceCommands(unit, options, differences)) await $({ timeout: '120s' })`${words}`
      if (!differences.some(({ subject }) => subject === loadSubject(unit))) return
      const load = await read(loaded)
      await loadFiles($, unit, load, hashOfFiles(load.files))
    },
  })
}

const loadSubject = (unit: string) => `files that ${unit} has loaded`

/** `enabled`, `enabled and running`, `disabled, stopped and …`. */
function inWords(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
