import type { Node } from '../../../runner/cluster/declaration/declaration.js'

/** The static addressing that the inventory declares for a node. */
export type Network = NonNullable<Node['network']>

/** In the order in which they are probed for an interface. */
export const managerNames = ['networkmanager', 'networkd', 'dhcpcd', 'ifupdown'] as const
export type ManagerName = (typeof managerNames)[number]

/** The static IPv4 addressing in a manager's file. It does not include what comes from DHCP. */
export interface Addressing {
  address?: string | undefined
  prefix?: number | undefined
  /** If a file has several, all of them separated by spaces, so that they equal no declared gateway. */
  gateway?: string | undefined
  dns?: string[] | undefined
}

/** An interface that a manager has up, and the name under which its files have it: usually the same (`logicalNameOf`). */
export interface UpInterface {
  iface: string
  logical: string
}

/** A file of a manager as it is on the node. */
export interface ManagerFile {
  path: string
  text: string
}

/** Reads and edits the configuration files of one network manager. All functions are pure. */
export interface Manager {
  name: ManagerName
  /**
   * The files whose contents `path` needs: shell patterns, or, if files include others, a POSIX sh script that prints the path and
   * the content of each file, with a NUL byte after each.
   */
  files: string[] | { script: string }
  /** The mode of a new file; its owner is root. */
  mode: string
  /**
   * The file for the interface's addressing. `active` is the file that the manager reports to be in use, if it can be asked
   * (`profileOf`, `networkFileOf`). If there is no file at the path yet and `active` has the same base name, `read` and `write` get
   * the text of `active`.
   */
  path: (iface: string, files: ManagerFile[], active?: string, preferred?: readonly string[]) => string
  /** The name of an interface in the files, if it may be another one. The other functions get it as `iface`. */
  nameIn?: (files: ManagerFile[], up: UpInterface, preferred: readonly string[]) => string
  /** Why ha-run cannot edit the files for an interface, as a sentence. */
  refusal?: (
    files: ManagerFile[],
    up: UpInterface,
    network: Network,
    preferred: readonly string[],
  ) => string | undefined
  /** What to do about a refusal, for its hint. */
  remedy?: (iface: string) => string
  /** A script that fails if the manager does not accept a new text for the file; it reads the text from stdin. */
  validation?: (path: string) => string
  /** What `write` keeps in the file although it names an address. */
  linesNaming?: (text: string | undefined, iface: string, preferred: readonly string[], address: string) => string[]
  /**
   * The interface's static IPv4 addressing in the file; empty if the file is absent. If the file has several addresses, its own is
   * the one that `ownEntry` picks by `preferred`.
   */
  read: (text: string | undefined, iface: string, preferred: readonly string[]) => Addressing
  /**
   * The file with the declared addressing and everything else unchanged. Of several addresses, the declared one replaces the one
   * that `read` returns for the same `preferred`. A gateway and DNS servers that are not declared are kept. A text that already has
   * the declared addressing is returned as it is.
   */
  write: (text: string | undefined, iface: string, network: Network, preferred: readonly string[]) => string
  /** The command with which an admin applies the file. */
  reapplyCommand: (iface: string, name?: string) => string
  /** The commands with which ha-run applies a new file to a running interface, `name` being that of `nameIn`. */
  activation: (iface: string, name?: string) => Activation
}

/** Commands before and after the replacement of a file. */
export interface Activation {
  /** For managers that need the old file to remove what it has set up. */
  before: string[]
  /** After the replacement, also while the network is not up yet: for files that are rendered to others at boot. */
  rendering?: string[]
  after: string[]
}

/** Whether a file's addressing is the declared one. A gateway and DNS servers that are not declared may be any. */
export function isAsDeclared(actual: Addressing, network: Network): boolean {
  return (
    actual.address === network.address &&
    actual.prefix === network.prefix &&
    (network.gateway === undefined || actual.gateway === network.gateway) &&
    (network.dns.length === 0 || actual.dns?.join(' ') === network.dns.join(' '))
  )
}

/**
 * The interface's own one of several address entries: the one with the first of the preferred addresses that any entry has, or else
 * the first entry.
 *
 * @param preferred - the declared address, then the one that is live or over which ha-run is connected.
 */
export function ownEntry<Entry>(
  entries: readonly Entry[],
  addressOf: (entry: Entry) => string | undefined,
  preferred: readonly string[],
): Entry | undefined {
  const found = preferred.map(address => entries.find(entry => addressOf(entry) === address))
  return found.find(entry => entry !== undefined) ?? entries[0]
}

/** `192.168.0.1/24` */
export function cidr(network: { address: string; prefix: number }): string {
  return `${network.address}/${network.prefix}`
}

/** Several values of a setting in the form of `Addressing`: undefined if there are none. */
export function joined(values: string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(' ')
}
