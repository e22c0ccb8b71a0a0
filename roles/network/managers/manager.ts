import type { Node } from '../../../runner/cluster/declaration/declaration.js'
import { canonicalAddress, familyOf, type IpFamily } from '../../../runner/ip-address.js'
import type { ShellText } from '../../../runner/ssh/quote.js'

/** The static addressing that the inventory declares for a node. */
export type Network = NonNullable<Node['network']>

/** In the order in which they are probed for an interface. */
export const managerNames = ['networkmanager', 'networkd', 'dhcpcd', 'ifupdown'] as const
export type ManagerName = (typeof managerNames)[number]

/** The static addressing of one IP family in a manager's file. It does not include what comes from DHCP or from routers. */
export interface Addressing {
  address?: string | undefined
  prefix?: number | undefined
  /** If a file has several, all of them separated by spaces, so that they equal no declared gateway. */
  gateway?: string | undefined
  /** Without servers of the other family, which stay in the file beside the declared ones. */
  dns?: string[] | undefined
  /** Other settings that keep the addressing from this interface; `write` corrects them. */
  faults?: Fault[]
}

/** A setting that is wrong for static addressing, whatever the declared addressing is. */
export interface Fault {
  setting: string
  from?: string | undefined
  to: string
}

/** The text from which a new file starts. */
export interface StartingText {
  text: string
  /** The file in use, if the new file takes the interface out of it, because other interfaces may use it too. */
  splitFrom?: string
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

/** Reads and edits the configuration files of one network manager, for the addresses of one IP family. All functions are pure. */
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
   * (`profileOf`, `networkFileOf`).
   */
  path: (iface: string, files: ManagerFile[], active?: string, preferred?: readonly string[]) => string
  /** The text for `read` and `write` if there is no file at the path yet: that of the file in use, for this interface alone. */
  startingText?: (iface: string, files: ManagerFile[], active?: string) => StartingText | undefined
  /** The name of an interface in the files, if it may be another one. The other functions get it as `iface`. */
  nameIn?: (files: ManagerFile[], up: UpInterface, preferred: readonly string[]) => string
  /** Why ha-run cannot edit the files for an interface, as a sentence. */
  refusal?: (
    files: ManagerFile[],
    up: UpInterface,
    network: Network,
    preferred: readonly string[],
    active?: string,
  ) => string | undefined
  /** What to do about a refusal, for its hint. */
  remedy?: (iface: string) => string
  /** A script that fails if the manager does not accept a new text for the file; it reads the text from stdin. */
  validation?: (path: string) => ShellText
  /** What `write` keeps in the file although it names an address. */
  linesNaming?: (text: string | undefined, iface: string, preferred: readonly string[], address: string) => string[]
  /**
   * The interface's static addressing in the file; empty if the file is absent. If the file has several addresses, its own is
   * the one that `ownEntry` picks by `preferred`.
   */
  read: (text: string | undefined, iface: string, preferred: readonly string[]) => Addressing
  /**
   * The file with the declared addressing and everything else unchanged. Of several addresses, the declared one replaces the one
   * that `read` returns for the same `preferred`. A gateway and DNS servers that are not declared are kept, and so are
   * servers of the other family. A text that already has the declared addressing is returned as it is.
   */
  write: (text: string | undefined, iface: string, network: Network, preferred: readonly string[]) => string
  /** The command with which an admin applies the file. */
  reapplyCommand: (iface: string, name?: string) => string
  /** The commands with which ha-run applies the file at `path` to a running interface, `name` being that of `nameIn`. */
  activation: (iface: string, name: string, path: string) => Activation
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
    (network.dns.length === 0 || actual.dns?.join(' ') === network.dns.join(' ')) &&
    (actual.faults ?? []).length === 0
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
  return preferredEntry(entries, addressOf, preferred) ?? entries[0]
}

/** As `ownEntry`, but undefined if no entry has a preferred address: beside DHCP, the interface's own address is in no entry. */
export function preferredEntry<Entry>(
  entries: readonly Entry[],
  addressOf: (entry: Entry) => string | undefined,
  preferred: readonly string[],
): Entry | undefined {
  const found = preferred.map(address => entries.find(entry => addressOf(entry) === address))
  return found.find(entry => entry !== undefined)
}

/** Those of a file's DNS servers that are of a family, in the form of `Addressing`. */
export function serversOf(family: IpFamily, servers: string[]): string[] | undefined {
  const found = servers.filter(server => serverFamily(server) === family).map(server => canonicalAddress(server))
  return found.length === 0 ? undefined : found
}

/** The declared DNS servers, and after them those of the other family in the file, which cannot be declared beside them. */
export function withOtherServers(family: IpFamily, declared: string[], present: string[]): string[] {
  return [...declared, ...new Set(present.filter(server => serverFamily(server) !== family))]
}

/** `2620:fe::fe` or `[2620:fe::fe]:53#dns.quad9.net`; `9.9.9.9:53` is IPv4. */
function serverFamily(server: string): IpFamily {
  return server.startsWith('[') || /^[^#]*:[^#]*:/.test(server) ? 6 : 4
}

/** An address of a family as the kernel prints it; undefined for another text. A gateway of IPv6 may be link-local. */
export function gatewayIn(family: IpFamily, text: string): string | undefined {
  return familyOf(text) === family ? canonicalAddress(text) : undefined
}

/** `192.168.0.1/24` */
export function cidr(network: { address: string; prefix: number }): string {
  return `${network.address}/${network.prefix}`
}

/** Several values of a setting in the form of `Addressing`: undefined if there are none. */
export function joined(values: string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(' ')
}
