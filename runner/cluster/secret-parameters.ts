/**
 * Which parameters of agents are secret: the one rule for all output that comes from a CIB, from Pacemaker's tools or from crmsh. It is
 * safer to hide too much, because the CIB has the values.
 */

/** Parts of a name that make it that of a secret. Agents' metadata has no type for secrets: these are the names in use (docs/facts.md). */
const secretPart = /passw|passphrase|secret|communit|credential|token|(pwd|pw|key)$|^(pass|psk|auth|pin|kg)$/

/** The last part of names that stand for something about a secret: `key_file`, `auth_url`, `snmp_auth_prot`. */
const harmlessEnd = /^(file|path|dir|directory|url|prot|protocol|type|profile|timeout|interval|version|level)$/

/** `password=…` within a value, and the login in a URL. */
const secretInValue = /(passw|passphrase|pwd|secret|community|token|credential)\w*\s*[=:]|:\/\/[^/\s@]*:[^/\s@]*@/i

/** Names that only the metadata of an agent shows to be secret. */
const notedNames = new Set<string>()

/** Hides the values of these parameters from now on, whatever agent has them. */
export function noteSecretNames(names: Iterable<string>): void {
  for (const name of names) notedNames.add(name)
}

/** Whether the parameter is secret by its name: `passwd`, `login_token`, `snmp_priv_passwd`, `auth`. */
export function isSecretName(name: string): boolean {
  if (notedNames.has(name)) return true
  const parts = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return parts.some(part => secretPart.test(part)) && !harmlessEnd.test(parts.at(-1)!)
}

/** Whether the value of a parameter may not be shown. */
export function isSecret(name: string, value: string): boolean {
  return isSecretName(name) || secretInValue.test(value)
}

/** Whether a parameter is secret by its name and its short description in the agent's metadata: "Login password or passphrase", "API Token". */
export function isSecretParameter(name: string, description: string): boolean {
  return (isSecretName(name) || secretDescription.test(description)) && !harmlessDescription.test(description)
}

const secretDescription =
  /passw|passphrase|secret|token|community string|\b(api|access|kg|pre-?shared|authentication|private) key\b/i
const harmlessDescription = /\b(file|path|script|command|url|method)\b/i

const mask = '******'

/** A text of Pacemaker's tools or crmsh without the values of secret parameters, as `name=value` or in XML, and without logins in URLs. */
export function withoutSecrets(text: string): string {
  return withoutAssignments(text.replace(tag, withoutValue)).replace(/:\/\/[^/\s@"]*:[^/\s@"]*@/g, `://${mask}@`)
}

const tag = /<[\w.:-]+(?:\s+[\w.:-]+="[^"]*")*\s*\/?>/g

/** `<nvpair name="passwd" value="…"/>` without the value. */
function withoutValue(text: string): string {
  const name = /\sname="([^"]*)"/.exec(text)?.[1]
  return name !== undefined && isSecretName(name) ? text.replace(/(\svalue=)"[^"]*"/g, `$1"${mask}"`) : text
}

/**
 * The value of a parameter, as crmsh quotes it: with a backslash before each quote, and none before a backslash. So the end of a value that
 * ends with a backslash is unclear: then more is hidden.
 */
const value = /"(?:[^"]|(?<=\\)")*(?<!\\)"|"[^]*|[^\s"]+/y

function withoutAssignments(text: string): string {
  let shown = ''
  let end = 0
  for (const { 0: assignment, 1: name = '', index } of text.matchAll(/([A-Za-z][\w.:-]*)=/g)) {
    if (index < end || !isSecretName(name)) continue
    value.lastIndex = index + assignment.length
    if (!value.test(text)) continue
    shown += text.slice(end, index) + assignment + mask
    end = value.lastIndex
  }
  return shown + text.slice(end)
}
