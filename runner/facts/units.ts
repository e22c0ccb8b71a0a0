import { sh } from '../ssh/quote.js'
import { CommandError } from '../ssh/outcome.js'
import type { Fact, Family } from './fact.js'

export interface UnitState {
  /** systemd's LoadState: `loaded`, `not-found`, `masked`. */
  load: string
  /** systemd's ActiveState: `active`, `inactive`, `failed`, `activating`, … */
  active: string
  /** systemd's UnitFileState: `enabled`, `disabled`, `masked-runtime`, …; empty without a unit file. */
  file: string
  /** What systemd does if the service fails: `no`, or such as `on-failure after 1s, 5 times in 1min at most`. */
  restart: string
  /** Paths of the drop-ins that systemd has loaded, in the order in which systemd applies them. */
  dropIns: string[]
  /** True if the unit's files have changed since systemd read them. systemd does not notice a first drop-in. */
  outdated: boolean
}

const properties = [
  'LoadState',
  'ActiveState',
  'UnitFileState',
  'Restart',
  'RestartUSec',
  'StartLimitIntervalUSec',
  'StartLimitBurst',
  'DropInPaths',
  'NeedDaemonReload',
]

const states: Family<UnitState> = {
  name: 'state of units',
  script: names => sh`systemctl show -p ${properties.join(',')} -- ${names}`,
  parse(output, names) {
    const blocks = output.stdout.trim().split('\n\n')
    if (output.exitCode !== 0 || blocks.length !== names.length) {
      throw new CommandError('systemctl show', output, 'systemctl does not show the state of the units')
    }
    return blocks.map(block => unitStateOf(block))
  },
}

/** @param block - of `systemctl show`, one property a line. */
export function unitStateOf(block: string): UnitState {
  const values = new Map(
    block.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const of = (property: string) => values.get(property) ?? ''
  const restart = of('Restart')
  return {
    load: of('LoadState'),
    active: of('ActiveState'),
    file: of('UnitFileState'),
    restart:
      restart === 'no'
        ? 'no'
        : `${restart} after ${of('RestartUSec')}, ${of('StartLimitBurst')} times in ${of('StartLimitIntervalUSec')} at most`,
    dropIns: of('DropInPaths')
      .split(' ')
      .filter(path => path !== ''),
    outdated: of('NeedDaemonReload') === 'yes',
  }
}

/** The state of a systemd unit, named with its suffix (`apache2.service`). */
export function unitState(name: string): Fact<UnitState> {
  return { family: states, argument: name }
}
