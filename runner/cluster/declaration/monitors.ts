import type { Origin } from '../../inventory/origin.js'
import type { Operation } from './declaration.js'
import { omitUndefined } from './omit-undefined.js'
import type { DeclaredMonitor } from './schema.js'
import { sameTime } from './times.js'

/** A resource without a monitor is not highly available, so it gets the interval that pcs would use. */
export const defaultMonitor = '60s'

/** What clients write to is checked as often as the default resources are. Intervals of one resource must differ. */
const promotableMonitors = { Promoted: '10s', Unpromoted: '11s' } as const

/** The monitors of a primitive, completed. */
export interface MonitorRequest {
  declared: DeclaredMonitor | DeclaredMonitor[] | undefined
  /** The interval if none is declared; left out: the usual one. */
  interval?: string | undefined
  /** Its instances are promoted: each role needs a monitor of its own, since Pacemaker runs one without a role on unpromoted instances only. */
  isPromotable: boolean
}

/**
 * The declared monitors, and the default ones for what they leave out.
 *
 * @param origin - of the declared monitors.
 * @throws InventoryError if two have the same interval, or if one is for a role that the resource cannot have.
 */
export function completeMonitors({ declared, interval, isPromotable }: MonitorRequest, origin: Origin): Operation[] {
  const list = Array.isArray(declared) ? declared : [declared ?? {}]
  const places = list.map((_, at) => (Array.isArray(declared) ? origin.at(at) : origin))
  if (list.length === 0) throw origin.error('expected one monitor or more, got an empty list')
  for (const [at, { role }] of list.entries()) {
    if (!isPromotable && (role === 'Promoted' || role === 'Unpromoted'))
      throw places[at]!.at('role').error(
        `"${role}" is a role of promotable clones only`,
        'Declare "clone: {promotable: true}", or leave the role out.',
      )
  }
  const monitors =
    isPromotable && declared === undefined
      ? []
      : list.map(each => operation('monitor', { interval: interval ?? defaultMonitor, ...omitUndefined(each) }))
  for (const [at, monitor] of monitors.entries()) {
    if (monitors.slice(0, at).some(earlier => sameTime(earlier.interval, monitor.interval)))
      throw places[at]!.error(
        `two monitors have the interval ${monitor.interval}`,
        'Pacemaker tells operations apart by name and interval: choose another interval, such as 11s beside 10s.',
      )
  }
  return isPromotable ? withBothRoles(monitors) : monitors
}

/** Adds the monitor of a role that has none. One without a role is that of unpromoted instances. */
function withBothRoles(monitors: Operation[]): Operation[] {
  const isOf: Record<'Promoted' | 'Unpromoted', (string | undefined)[]> = {
    Promoted: ['Promoted'],
    Unpromoted: ['Unpromoted', 'Started', undefined],
  }
  return (['Promoted', 'Unpromoted'] as const).reduce(
    (all, role) =>
      all.some(({ options }) => isOf[role].includes(options['role']))
        ? all
        : [...all, operation('monitor', { interval: freeInterval(promotableMonitors[role], all), role })],
    monitors,
  )
}

function freeInterval(wanted: string, monitors: Operation[]): string {
  return monitors.some(({ interval }) => sameTime(interval, wanted))
    ? freeInterval(`${Number.parseInt(wanted, 10) + 1}s`, monitors)
    : wanted
}

/** An operation from its attributes. */
export function operation(name: string, { interval, timeout, ...rest }: Record<string, string | undefined>): Operation {
  return {
    name,
    interval: interval ?? '0s',
    ...(timeout !== undefined && { timeout }),
    options: omitUndefined(rest),
  }
}
