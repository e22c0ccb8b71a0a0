import { dhcpcd } from './dhcpcd.js'
import { ifupdown } from './ifupdown.js'
import type { Manager, ManagerName } from './manager.js'
import { networkd } from './networkd.js'
import { networkmanager } from './networkmanager.js'

/** All supported network managers. */
export const managers: Record<ManagerName, Manager> = { networkmanager, networkd, dhcpcd, ifupdown }
