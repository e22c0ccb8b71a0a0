import { show } from '../../inventory/check.js'
import type { Host } from '../../inventory/site.js'
import type { Node } from './declaration.js'

/** A host of the inventory that belongs to no cluster. It is worked on like a cluster of its name that has one node. */
export interface OutsideHost {
  name: string
  nodes: [Node]
  outside: true
}

/** @throws InventoryError if it cannot be connected to. */
export function readOutsideHost(host: Host): OutsideHost {
  const { name } = host
  return { name, nodes: [{ name, cluster: name, connection: readOwnConnection(host), links: [] }], outside: true }
}

/** How ssh reaches a host that is no node of a cluster. @throws InventoryError if its name is no host name. */
export function readOwnConnection({ name, origin, connection }: Host): Node['connection'] {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw origin.error(`expected a host name of letters, digits, dots and dashes, got ${show(name)}`)
  return connection()
}
