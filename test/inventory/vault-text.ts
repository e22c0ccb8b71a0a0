import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** What `ansible-vault encrypt` makes of a text, for tests on machines without it. */
export function vaultText(plaintext: string | Buffer, password: string, label?: string): string {
  const salt = randomBytes(32)
  const keys = pbkdf2Sync(password, salt, 10_000, 80, 'sha256')
  const bytes = Buffer.from(plaintext)
  const added = 16 - (bytes.length % 16)
  const cipher = createCipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64))
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.update(Buffer.alloc(added, added)), cipher.final()])
  const hmac = createHmac('sha256', keys.subarray(32, 64)).update(ciphertext).digest()
  const body = Buffer.from([salt, hmac, ciphertext].map(part => part.toString('hex')).join('\n')).toString('hex')
  const header = label === undefined ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${label}`
  return [header, ...(body.match(/.{1,80}/g) ?? []), ''].join('\n')
}

/** The same as a value in YAML, indented by that number of spaces. */
export function vaultValue(plaintext: string, password: string, indent: number): string {
  const lines = vaultText(plaintext, password).trimEnd().split('\n')
  return `!vault |\n${lines.map(line => ' '.repeat(indent) + line).join('\n')}`
}
