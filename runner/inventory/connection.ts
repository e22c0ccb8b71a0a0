import { homedir } from 'node:os'
import { conceal } from '../concealed.js'
import { Secret } from '../secret.js'
import { expected } from './check.js'
import type { Variable, Variables } from './groups.js'
import { splitWords } from './shell-words.js'
import type { Connection } from './site.js'
import { usableSshArgs } from './ssh-args.js'
import { refuseUnusable, whyUnusable } from './unusable.js'

/** Ansible's names of each setting: the current one first, then older ones that still work. */
const aliases = {
  host: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  keyFile: ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  become: ['ansible_become'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  sshArgs: ['ansible_ssh_args'],
  commonArgs: ['ansible_ssh_common_args'],
  extraArgs: ['ansible_ssh_extra_args'],
} as const

/** Settings that a connection may do without: one that cannot be read is a warning. */
const optional = new Set<string>(['password', 'becomePassword', 'sshArgs', 'commonArgs', 'extraArgs'])

/** What ha-run does in one way only, and the values that ask for that way. */
const fixed: Record<string, { usual: RegExp; instead: string }> = {
  ansible_connection: { usual: /^(ansible\.builtin\.)?(ssh|smart)$/, instead: 'ha-run connects with ssh' },
  ansible_become_method: { usual: /^(ansible\.builtin\.)?sudo$/, instead: 'ha-run becomes root with sudo' },
  ansible_become_user: { usual: /^root$/, instead: 'ha-run works as root' },
}

export const connectionVariables: readonly string[] = [...Object.values(aliases).flat(), ...Object.keys(fixed)]

/**
 * How ssh reaches a host. Throws an InventoryError for a value that ssh cannot use, or could take for an option.
 *
 * @param warnings - takes a sentence for each value that has no effect, the same for all hosts.
 */
export function readConnection(name: string, variables: Variables, warnings: string[]): Connection {
  const read = <Value>(key: keyof typeof aliases, parse: (value: unknown) => Value | undefined, what: string) => {
    const found = firstOf(variables, aliases[key])
    if (!found) return undefined
    const [alias, variable] = found
    const reason = optional.has(key) ? whyUnusable(variable.origin) : undefined
    if (reason !== undefined) {
      warnings.push(`${alias} has no effect: ${reason}`)
      return undefined
    }
    refuseUnusable(variable.origin)
    const parsed = parse(variable.value)
    if (parsed !== undefined) return parsed
    const isPassword = key === 'password' || key === 'becomePassword'
    const [message = '', hint] = expected(what, isPassword ? typeof variable.value : variable.value).split('\n')
    throw variable.origin.error(`${alias}: ${message}`, hint)
  }
  for (const [variable, { usual, instead }] of Object.entries(fixed)) {
    const found = firstOf(variables, [variable])
    if (found && !usual.test(String(found[1].value))) warnings.push(`${variable} has no effect: ${instead}`)
  }
  const args = (['sshArgs', 'commonArgs', 'extraArgs'] as const).flatMap(key => {
    const { usable, ignored } = usableSshArgs(read(key, parseArgs, "ssh's arguments as a text") ?? [])
    if (ignored.length > 0)
      warnings.push(`${aliases[key][0]}: ${ignored.join(' ')} has no effect, since ha-run sets that itself`)
    return usable
  })
  const keyFile = read('keyFile', parsePath, 'the path of a private key')
  return {
    host: read('host', parseArgument, 'a host name or an address') ?? name,
    port: read('port', parsePort, 'a port from 1 to 65535'),
    user: read('user', parseArgument, 'a login name'),
    keyFile: keyFile?.replace(/^~(?=\/|$)/, homedir()),
    password: read('password', parsePassword, 'a password as a text'),
    become: read('become', parseBoolean, 'true or false'),
    becomePassword: read('becomePassword', parsePassword, 'a password as a text'),
    ...(args.length > 0 && { args }),
  }
}

/** The first of these variables that has a value. */
function firstOf(variables: Variables, names: readonly string[]): [name: string, variable: Variable] | undefined {
  const name = names.find(each => variables.has(each))
  const variable = name === undefined ? undefined : referenced(variables.get(name), variables)
  return name === undefined || !variable || variable.value === undefined ? undefined : [name, variable]
}

/**
 * The variable that a text such as `{{ vault_become_password }}` names: Ansible users keep a secret in an encrypted file under another
 * name, and refer to it. Any other Jinja expression stays as it is.
 */
function referenced(variable: Variable | undefined, variables: Variables): Variable | undefined {
  const seen = new Set<Variable>()
  for (let at = variable; at !== undefined && !seen.has(at);) {
    const name = typeof at.value === 'string' ? /^\{\{\s*([A-Za-z_]\w*)\s*\}\}$/.exec(at.value)?.[1] : undefined
    const target = name === undefined ? undefined : variables.get(name)
    if (!target) return at
    seen.add(at)
    at = target
  }
  return variable
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

/**
 * A password may consist of digits. ssh and sudo read it up to the end of the line; `echo … | ansible-vault encrypt_string` adds one.
 */
function parsePassword(value: unknown): Secret | undefined {
  const text = typeof value === 'number' ? String(value) : value
  const [, password] = (typeof text === 'string' && /^([^\n\r\0]+)\r?\n?$/.exec(text)) || []
  if (password === undefined) return undefined
  conceal(password)
  return new Secret(Buffer.from(password))
}

/** Split as a shell would, which is how Ansible reads them. */
function parseArgs(value: unknown): string[] | undefined {
  if (typeof value !== 'string' || /[\0\n]/.test(value)) return undefined
  try {
    return splitWords(value, { comments: false }).map(({ text }) => text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return undefined
  }
}
