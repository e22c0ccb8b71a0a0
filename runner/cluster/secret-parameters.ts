/**
 * Which parameters of agents are secret. This is the one rule for all output that comes from a CIB: plans, status, import, reports. It
 * is safer to hide too much, because the CIB has the values.
 */

/** Parts of a name that make it that of a secret. Agents' metadata has no type for secrets, so the rule covers the names that are in use. */
const secretPart = /passw|passphrase|pwd|secret|communit|credential|token|key$|^(pass|psk|auth|pin|kg)$/

/** The last part of names that stand for something about a secret: `key_file`, `auth_url`, `snmp_auth_prot`. */
const harmlessEnd = /^(file|path|dir|directory|url|prot|protocol|type|profile|timeout|interval|version|level)$/

/** `password=…` within a value, and the login in a URL. */
const secretInValue = /(passw|passphrase|pwd|secret|community|token|credential)\w*\s*[=:]|:\/\/[^/\s@]*:[^/\s@]*@/i

/** Whether the parameter is secret by its name: `passwd`, `login_token`, `snmp_priv_passwd`, `auth`. */
export function isSecretName(name: string): boolean {
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

/** Whether the short description in an agent's metadata is that of a secret: "Login password or passphrase", "API Token". */
export function isSecretDescription(text: string): boolean {
  return secretDescription.test(text) && !harmlessDescription.test(text)
}

const secretDescription =
  /passw|passphrase|secret|token|community string|\b(api|access|kg|pre-?shared|authentication|private) key\b/i
const harmlessDescription = /\b(file|path|script|command|url)\b/i
