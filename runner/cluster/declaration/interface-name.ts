import { expected } from '../../inventory/check.js'
import type { Origin } from '../../inventory/origin.js'

/**
 * The kernel accepts up to 15 bytes without white space, slash or colon (dev_valid_name in net/core/dev.c).
 *
 * @throws InventoryError
 */
export function readInterface(value: unknown, origin: Origin): string {
  if (typeof value === 'string' && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(value)) return value
  throw origin.error(`interface: ${expected('the name of a network interface, such as eth0', value)}`)
}
