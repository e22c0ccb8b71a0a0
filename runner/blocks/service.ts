import type { Difference } from '../engine/events.js'
import { task, type NodeTask } from '../engine/task.js'
import { unitState, type UnitState } from '../facts/units.js'

export interface ServiceOptions {
  /** Whether systemd starts it at boot. */
  enabled: boolean
  /** Whether it runs now. Left out: that is somebody else's to say. */
  running?: boolean
  needs?: readonly string[]
}

/** How a unit differs from what is declared. A unit that a killed installation left masked is unmasked. */
export function serviceDifferences(unit: string, { enabled, running }: ServiceOptions, state: UnitState): Difference[] {
  const wanted = enabled ? 'enabled' : 'disabled'
  const boot = state.file === wanted || (!enabled && state.load === 'not-found') ? [] : [{ subject: `${unit} at boot`, from: state.file || 'absent', to: wanted }]
  const active = state.active === 'active'
  if (running === undefined || running === active) return boot
  return [...boot, { subject: unit, from: state.active, to: running ? 'active' : 'inactive' }]
}

/** The commands that bring a unit there, each a list of words. */
export function serviceCommands(unit: string, { enabled, running }: ServiceOptions, differences: Difference[]): string[][] {
  const boot = differences.find(({ subject }) => subject === `${unit} at boot`)
  const now = differences.some(({ subject }) => subject === unit)
  return [
    ...(boot?.from === 'masked-runtime' ? [['systemctl', '-q', 'unmask', '--runtime', unit]] : []),
    ...(boot?.from === 'masked' ? [['systemctl', '-q', 'unmask', unit]] : []),
    ...(boot ? [['systemctl', '-q', enabled ? 'enable' : 'disable', unit]] : []),
    ...(now ? [['systemctl', running ? 'start' : 'stop', unit]] : []),
  ]
}

/** A systemd unit as declared, e.g. `service('corosync.service', { enabled: true })`. */
export function service(unit: string, options: ServiceOptions): NodeTask {
  const words = [options.enabled ? 'enabled' : 'disabled', ...(options.running === undefined ? [] : [options.running ? 'running' : 'stopped'])]
  return task(`${unit.replace('.service', '')} is ${words.join(' and ')} in systemd`, {
    ...(options.needs && { needs: options.needs }),
    check: async ({ read }) => serviceDifferences(unit, options, await read(unitState(unit))),
    async apply({ $ }, differences) {
      for (const words of serviceCommands(unit, options, differences)) await $({ timeout: 120 })`${words}`
    },
  })
}
