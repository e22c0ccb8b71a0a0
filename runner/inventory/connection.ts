import { homedir } from 'node:os'
import { expected } from './check.js'
import type { Variables } from './groups.js'
import type { Connection } from './site.js'
import { refuseUnusable } from './unusable.js'

/** Ansible's names of each setting: the current one first, then older ones that still work. */
const aliases = {
  host: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  keyFile: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  become: ['ansible_become'],
} as const

export const connectionVariables: readonly string[] = Object.values(aliases).flat()

/**
 * How ssh reaches a host. Throws an InventoryError for a value that ssh cannot use, or could take for an option.
 */
export function readConnection(name: string, variables: Variables): Connection {
  const read = <Value>(key: keyof typeof aliases, parse: (value: unknown) => Value | undefined, what: string) => {
    const alias = aliases[key].find(variable => variables.has(variable))
    const variable = alias === undefined ? undefined : variables.get(alias)
    if (!alias || !variable || variable.value === undefined) return undefined
    refuseUnusable(variable.origin)
    const parsed = parse(variable.value)
    if (parsed !== undefined) return parsed
    const [message = '', hint] = expected(what, variable.value).split('\n')
    throw variable.origin.error(`${alias}: ${message}`, hint)
  }
  const keyFile = read('keyFile', parsePath, 'the path of a private key')
  return {
    host: read('host', parseArgument, 'a host name or an address') ?? name,
    port: read('port', parsePort, 'a port from 1 to 65535'),
    user: read('user', parseArgument, 'a login name'),
    keyFile: keyFile?.replace(/^~(?=\/|$)/, homedir()),
    become: read('become', parseBoolean, 'true or false'),
  }
}

/** An argument for ssh's command line, where a leading dash would make it an option. */
function parseArgument(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^-\s\p{Cc}][^\s\p{Cc}]*$/u.test(value) ? value : undefined
}

function parsePath(value: unknown): string | undefined {
  return typeof value === 'string' && /^[^-\p{Cc}][^\p{Cc}]*$/u.test(value) ? value : undefined
}

function parsePort(value: unknown): number | undefined {
  const port = /^\d+$/.test(String(value)) ? Number(value) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** In YAML 1.2 `yes` and `no` are texts; Ansible users write them as booleans. */
function parseBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (/^(yes|on|true)$/i.test(String(value))) return true
  return /^(no|off|false)$/i.test(String(value)) ? false : undefined
}
