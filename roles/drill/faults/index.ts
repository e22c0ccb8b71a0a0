import { arbiter } from './arbiter.js'
import { cut } from './cut.js'
import type { Fault } from './fault.js'
import { fence } from './fence.js'
import { freeze } from './freeze.js'
import { kill } from './kill.js'
import { plug } from './plug.js'
import { reboot } from './reboot.js'
import { standby } from './standby.js'
import { stop } from './stop.js'
import type { FaultName } from '../settings.js'

export const faults: Record<FaultName, Fault> = { standby, stop, kill, freeze, cut, reboot, fence, plug, arbiter }
