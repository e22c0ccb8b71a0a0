import type { Difference } from './difference.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { TaskError } from '../errors.js'
import { unitState, type UnitState } from '../facts/units.js'

export interface ServiceOptions {
  /** Whether systemd starts it at boot. */
  enabled: boolean
  /** Whether it runs now; left out if somebody else decides that. */
  running?: boolean
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
  const words = [
    options.enabled ? 'enabled' : 'disabled',
    ...(options.running === undefined ? [] : [options.running ? 'running' : 'stopped']),
  ]
  return task(`${unit.replace('.service', '')} is ${words.join(' and ')} in systemd`, {
    ...(options.needs && { needs: options.needs }),
    // No task waits for a unit to stop, or to start at the next boot.
    ...(options.running !== true && { background: true }),
    check: async ({ read }) => serviceDifferences(unit, options, await read(unitState(unit))),
    async apply({ $ }, differences) {
      for (const words of serviceCommands(unit, options, differences)) await $({ timeout: '120s' })`${words}`
    },
  })
}
