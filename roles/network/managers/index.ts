import type { IpFamily } from '../../../runner/ip-address.js'
import { dhcpcd } from './dhcpcd.js'
import { ifupdown } from './ifupdown.js'
import type { Manager, ManagerName } from './manager.js'
import { networkd } from './networkd.js'
import { networkmanager } from './networkmanager.js'

/** All supported network managers, for addresses of a family. */
export function managersOf(family: IpFamily): Record<ManagerName, Manager> {
  return {
    networkmanager: networkmanager(family),
    networkd: networkd(family),
    dhcpcd: dhcpcd(family),
    ifupdown: ifupdown(family),
  }
}
