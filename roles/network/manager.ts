import type { Node } from '../../runner/cluster/declaration/declaration.js'

/** The static addressing that the inventory declares for a node. */
export type Network = NonNullable<Node['network']>

/** In the order in which they are asked whether an interface is theirs. */
export const managerNames = ['networkmanager', 'networkd', 'dhcpcd', 'ifupdown'] as const
export type ManagerName = (typeof managerNames)[number]

/** The static IPv4 addressing that a manager's file says now. What comes from DHCP is not in it. */
export interface Addressing {
  address?: string | undefined
  prefix?: number | undefined
  /** Where a file names several, all of them, separated by spaces: that equals no declared one. */
  gateway?: string | undefined
  dns?: string[] | undefined
}

/** A file of a manager as it is on the node. */
export interface ManagerFile {
  path: string
  text: string
}

/** What knows one manager's configuration files. All of it is pure. */
export interface Manager {
  name: ManagerName
  /** Files (shell patterns) whose contents `path` wants to see. */
  files: string[]
  /** Owner root, and this mode, when the file is new. */
  mode: string
  /**
   * The file that says, or is to say, the interface's addressing. `active` is the file that the manager itself
   * names as the one in use, where it can be asked (`profileOf`, `networkFileOf`). Where there is nothing at the
   * path yet and `active` has the same base name, `read` and `write` take the text of `active`.
   */
  path: (iface: string, files: ManagerFile[], active?: string) => string
  /** What the file says of the interface's static IPv4 addressing; an absent file says nothing. */
  read: (text: string | undefined, iface: string) => Addressing
  /**
   * The file with the declared addressing in it and everything else as it was. A gateway or DNS servers that are
   * not declared stay as they are. A text that says it already comes back unchanged.
   */
  write: (text: string | undefined, iface: string, network: Network) => string
  /** How a person makes it take effect, as a command. */
  reapply: (iface: string) => string
  /** How the interface goes from one file to another while it runs. */
  swap: (iface: string) => Swap
}

/** Commands around the replacement of a file. */
export interface Swap {
  /** Where what the old file has set up can only be ended with that file. */
  before: string[]
  after: string[]
}

/** Whether a file says what is declared. Undeclared gateway and DNS servers may be anything. */
export function isAsDeclared(found: Addressing, network: Network): boolean {
  return (
    found.address === network.address &&
    found.prefix === network.prefix &&
    (network.gateway === undefined || found.gateway === network.gateway) &&
    (network.dns.length === 0 || found.dns?.join(' ') === network.dns.join(' '))
  )
}

/** `192.168.0.1/24` */
export function cidr(network: { address: string; prefix: number }): string {
  return `${network.address}/${network.prefix}`
}

/** Several values of a setting as `Addressing` shows them: undefined when there are none. */
export function joined(values: string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(' ')
}
