import type { Secret } from '../secret.js'
import type { Origin } from './origin.js'

/** How ssh reaches a host. Undefined settings are left to ssh's own configuration. */
export interface Connection {
  /** `ansible_host`, or else the inventory name. */
  host: string
  port?: number | undefined
  user?: string | undefined
  /** `ansible_ssh_private_key_file`, `~` expanded. */
  keyFile?: string | undefined
  /** `ansible_password`: ssh's answer if the node asks for one. */
  password?: Secret | undefined
  /** `ansible_become_password`. */
  becomePassword?: Secret | undefined
  /** Further arguments for ssh, from `ansible_ssh_common_args` and the like. */
  args?: readonly string[] | undefined
  /** `ansible_become`; undefined means sudo unless the login is root. */
  become?: boolean | undefined
  /** The address that the inventory declares for the node, if it is another one: the node answers there once it was changed. */
  address?: string | undefined
}

/** A host of the inventory with all its variables; the nearest group takes precedence, as in Ansible. */
export interface Host {
  name: string
  /** Where it is first named, for error messages. */
  origin: Origin
  /** Every group that contains it, nearest first, `all` last. */
  groups: string[]
  vars: Record<string, unknown>
  /**
   * Reads how ssh reaches it, which may add to the warnings of the inventory. For the nodes of a cluster only: what an inventory
   * contains about other hosts need not mean anything to ha-run. Throws an InventoryError.
   */
  connection: () => Connection
  /** Where each variable is declared, for error messages. */
  origins: Record<string, Origin>
}

export interface Group {
  name: string
  /** Where it is first named, for error messages. */
  origin: Origin
  /** Names of its hosts, those of its children included, in the order of the file. */
  hosts: string[]
  /** The group's own variables; those of the groups above it are among its hosts' variables. */
  vars: Record<string, unknown>
  origins: Record<string, Origin>
}

/** An inventory as it was read, before anything is known about clusters. */
export interface Inventory {
  /** The files and directories that were read, as one text. */
  path: string
  hosts: Map<string, Host>
  /** `all` and `ungrouped` are always there. */
  groups: Map<string, Group>
  /** Sentences with file, line and column, about misspelt variables for example. */
  warnings: string[]
}
