import type { How } from '../../../runner/cluster/drill.js'
import { cut } from './cut.js'
import type { Fault } from './fault.js'
import { freeze } from './freeze.js'
import { kill } from './kill.js'
import { reboot } from './reboot.js'
import { standby } from './standby.js'
import { stop } from './stop.js'

export const faults: Record<How, Fault> = { standby, stop, kill, freeze, cut, reboot }
