import type { Origin } from './origin.js'

/** How ssh reaches a host. What is left out is for ssh's own configuration to say. */
export interface Connection {
  /** `ansible_host`, else the inventory name. */
  host: string
  port?: number | undefined
  user?: string | undefined
  /** `ansible_ssh_private_key_file`, `~` expanded. */
  keyFile?: string | undefined
  /** `ansible_become`; undefined means sudo where the login is not root. */
  become?: boolean | undefined
  /** The address that the inventory declares for it, where that is another: it answers there once it was moved. */
  address?: string | undefined
}

/** A host of the inventory with everything said about it, the nearest word winning as in Ansible. */
export interface Host {
  name: string
  /** Where it is first named, for error messages. */
  origin: Origin
  /** Every group that holds it, nearest first, `all` last. */
  groups: string[]
  vars: Record<string, unknown>
  connection: Connection
  /** Where each variable was said, for error messages. */
  origins: Record<string, Origin>
}

export interface Group {
  name: string
  /** Where it is first named, for error messages. */
  origin: Origin
  /** Names of its hosts, those of its children included, in the order of the file. */
  hosts: string[]
  /** What is said of this very group; what it has from the groups above shows in its hosts' variables. */
  vars: Record<string, unknown>
  origins: Record<string, Origin>
}

/** An inventory as it was read, before anything is known about clusters. */
export interface Inventory {
  /** The file or directory that was read. */
  path: string
  hosts: Map<string, Host>
  /** `all` and `ungrouped` are always there. */
  groups: Map<string, Group>
  /** Near misses of names ha-run knows, as sentences with file, line and column. */
  warnings: string[]
}
