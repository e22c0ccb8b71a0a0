import { sh } from '../transport/quote.js'
import { CommandError } from '../transport/remote.js'
import type { Fact, Family } from './fact.js'

export interface UnitState {
  /** systemd's LoadState: `loaded`, `not-found`, `masked`. */
  load: string
  /** systemd's ActiveState: `active`, `inactive`, `failed`, `activating`, … */
  active: string
  /** systemd's UnitFileState: `enabled`, `disabled`, `masked-runtime`, …; empty without a unit file. */
  file: string
}

const states: Family<UnitState> = {
  name: 'state of units',
  script: names => sh`systemctl show -p LoadState,ActiveState,UnitFileState -- ${names}`,
  parse(output, names) {
    const blocks = output.stdout.trim().split('\n\n')
    if (output.exitCode !== 0 || blocks.length !== names.length) {
      throw new CommandError('systemctl show', output, 'systemd does not tell the state of its units')
    }
    return blocks.map(block => {
      const properties = Object.fromEntries(block.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
      return { load: properties['LoadState'] ?? '', active: properties['ActiveState'] ?? '', file: properties['UnitFileState'] ?? '' }
    })
  },
}

/** The state of a systemd unit, named with its suffix (`corosync.service`). */
export function unitState(name: string): Fact<UnitState> {
  return { family: states, argument: name }
}
