import { accessSync, constants, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'
import { UsageError } from '../errors.js'
import { closedVault, Vault, type VaultPassword } from '../inventory/vault.js'
import { Secret } from '../secret.js'
import { askPassword } from './ask-password.js'
import { programOutput } from './program-output.js'

export interface VaultFlags {
  vaultPasswordFile?: string[]
  /** `LABEL@FILE`, `LABEL@prompt`, or one of them without a label. */
  vaultId?: string[]
  askVaultPass?: boolean
}

/**
 * The vault with the passwords of --vault-id, --vault-password-file and --ask-vault-pass, or else of ANSIBLE_VAULT_PASSWORD_FILE, as for
 * Ansible. A program that prints a password runs once something has to be decrypted: it may ask the user.
 *
 * @throws UsageError if a password cannot be read.
 */
export async function openVault({ vaultPasswordFile = [], vaultId = [], askVaultPass }: VaultFlags): Promise<Vault> {
  const passwords: (Secret | VaultPassword)[] = []
  for (const id of vaultId) {
    const [, label, source = ''] = /^(?:([^@]*)@)?(.*)$/s.exec(id) ?? []
    if (source === '') throw new UsageError(`expected --vault-id LABEL@FILE or LABEL@prompt, got "${id}"`)
    passwords.push(source === 'prompt' ? await askedFor(label) : inFile(source, label))
  }
  passwords.push(...vaultPasswordFile.map(file => inFile(file)))
  if (askVaultPass) passwords.push(await askPassword('password of the vault: ', '--ask-vault-pass'))
  const fallback = process.env['ANSIBLE_VAULT_PASSWORD_FILE']
  if (passwords.length === 0 && fallback) passwords.push(inFile(fallback))
  return passwords.length === 0 ? closedVault : new Vault(passwords)
}

async function askedFor(label = 'default'): Promise<VaultPassword> {
  const password = await askPassword(`password of the vault ${label}: `, '--vault-id')
  return { label, read: () => password }
}

/** The password in a file; of a program, what it prints. */
function inFile(file: string, label?: string): VaultPassword {
  const path = resolve(file.replace(/^~(?=\/)/, homedir()))
  if (isProgram(path)) return { label, read: () => checked(outputOf(path, label), file) }
  const password = checked(textOf(path).trim(), file)
  return { label, read: () => password }
}

const hint = 'a password file has the password of the vault as its only text, or is a program that prints it'

function checked(password: string, file: string): Secret {
  if (password === '') throw new UsageError(`${file} has no password in it`, { hint })
  return new Secret(Buffer.from(password))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`the password of the vault cannot be read: ${(error as Error).message}`, {
      hint,
      cause: error,
    })
  }
}

/** As for Ansible, a program named `*-client` gets the label. */
function outputOf(path: string, label: string | undefined): string {
  const isClient = label !== undefined && /-client(\.[^.]*)?$/.test(basename(path))
  try {
    return programOutput(path, isClient ? ['--vault-id', label] : []).replace(/^[\r\n]+|[\r\n]+$/g, '')
  } catch (error) {
    throw new UsageError(`${path} printed no password of the vault: ${(error as Error).message}`, {
      hint,
      cause: error,
    })
  }
}
