import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { conceal } from '../concealed.js'
import { Secret } from '../secret.js'

/**
 * Values and files that ansible-vault encrypted, in its formats 1.1 and 1.2, which adds a label. The hexadecimal body is again three
 * lines of hexadecimal: salt, HMAC and ciphertext (lib/ansible/parsing/vault in Ansible, VaultAES256).
 */

const header = /^\$ANSIBLE_VAULT;1\.[12];AES256(?:;([^\r\n]*))?\r?\n/

/** Iterations of PBKDF2, and the bytes that it makes: a key for AES, one for the HMAC, and the initial counter. */
const iterations = 10_000
const keyBytes = { cipher: 32, hmac: 32, counter: 16 }

/** Whether a text claims to be encrypted with ansible-vault, in whatever format. */
export function isVaulted(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT;')
}

/** A password that is read when it is first needed. */
export interface VaultPassword {
  /** Of `--vault-id LABEL@SOURCE`. It is tried first for what was encrypted with that label. */
  label?: string | undefined
  read: () => Secret
}

/** Decrypts with the passwords that the user has given. */
export class Vault {
  readonly #passwords: readonly VaultPassword[]
  readonly #decrypted = new Map<string, string | undefined>()

  constructor(passwords: readonly (Secret | VaultPassword)[]) {
    this.#passwords = passwords.map(password =>
      password instanceof Secret ? { read: () => password } : once(password),
    )
  }

  /** Whether there is a password at all. */
  get isOpen(): boolean {
    return this.#passwords.length > 0
  }

  /**
   * The text; undefined if no password fits, or if it is damaged, which looks the same.
   *
   * @throws UsageError if a password cannot be read.
   */
  decrypt(vaulted: string): string | undefined {
    const known = this.#decrypted.get(vaulted)
    if (known !== undefined || this.#decrypted.has(vaulted)) return known
    let text: string | undefined
    for (const { read } of this.#inOrder(vaulted)) text ??= decryptWith(vaulted, read())
    this.#decrypted.set(vaulted, text)
    return text
  }

  /** As for Ansible, a password with the label of the text comes first, then all others. */
  #inOrder(vaulted: string): VaultPassword[] {
    const label = header.exec(vaulted)?.[1]
    const isFirst = (password: VaultPassword) => label !== undefined && password.label === label
    return [...this.#passwords.filter(isFirst), ...this.#passwords.filter(password => !isFirst(password))]
  }

  /** Decrypts a single value, which is hidden in all output from then on. */
  decryptValue(vaulted: string): string | undefined {
    const text = this.decrypt(vaulted)
    if (text !== undefined) conceal(text)
    return text
  }
}

function once({ label, read }: VaultPassword): VaultPassword {
  let secret: Secret | undefined
  return { label, read: () => (secret ??= read()) }
}

/** Without a password: everything that is encrypted stays so. */
export const closedVault = new Vault([])

function decryptWith(vaulted: string, password: Secret): string | undefined {
  const head = header.exec(vaulted)?.[0]
  if (head === undefined) return undefined
  const body = Buffer.from(vaulted.slice(head.length).replaceAll(/\s/g, ''), 'hex').toString('latin1')
  const [salt, hmac, ciphertext] = body.split('\n').map(line => Buffer.from(line, 'hex'))
  if (!salt || !hmac || !ciphertext) return undefined
  const { cipher, hmac: hmacBytes, counter } = keyBytes
  const keys = pbkdf2Sync(password.reveal(), salt, iterations, cipher + hmacBytes + counter, 'sha256')
  const expected = createHmac('sha256', keys.subarray(cipher, cipher + hmacBytes))
    .update(ciphertext)
    .digest()
  if (hmac.length !== expected.length || !timingSafeEqual(hmac, expected)) return undefined
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, cipher), keys.subarray(cipher + hmacBytes))
  return withoutPadding(Buffer.concat([decipher.update(ciphertext), decipher.final()])).toString()
}

/** Ansible pads as PKCS #7 says, although a cipher in counter mode needs no padding. */
function withoutPadding(padded: Buffer): Buffer {
  return padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
}

/** Hides every text in a value of a decrypted file, whatever it is used for. */
export function concealAll(value: unknown): void {
  if (typeof value === 'string' || typeof value === 'number') conceal(String(value))
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) concealAll(inner)
}
