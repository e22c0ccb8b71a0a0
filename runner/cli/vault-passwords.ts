import { accessSync, constants, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { UsageError } from '../errors.js'
import { Vault } from '../inventory/vault.js'
import { Secret } from '../secret.js'
import { runProcess } from '../ssh/channel.js'
import { askPassword } from './ask-password.js'

export interface VaultFlags {
  vaultPasswordFile?: string[]
  askVaultPass?: boolean
}

/**
 * The vault with the passwords of --vault-password-file and --ask-vault-pass, or else of ANSIBLE_VAULT_PASSWORD_FILE, as for Ansible.
 *
 * @throws UsageError if a password cannot be read.
 */
export async function openVault({ vaultPasswordFile, askVaultPass }: VaultFlags): Promise<Vault> {
  const fallback = process.env['ANSIBLE_VAULT_PASSWORD_FILE']
  const files = vaultPasswordFile ?? (fallback && !askVaultPass ? [fallback] : [])
  const read = await Promise.all(files.map(passwordOf))
  return new Vault(askVaultPass ? [...read, await askPassword('password of the vault: ', '--ask-vault-pass')] : read)
}

/** The password in a file; of a program, what it prints. White space around it does not count, as for Ansible. */
async function passwordOf(file: string): Promise<Secret> {
  const path = resolve(file.replace(/^~(?=\/)/, homedir()))
  const password = (isProgram(path) ? await outputOf(path) : textOf(path)).trim()
  if (password === '') throw new UsageError(`${file} has no password in it`, { hint })
  return new Secret(Buffer.from(password))
}

const hint = 'a password file has the password of the vault as its only text, or is a program that prints it'

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

async function outputOf(path: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess([path], '20s')
  if (exitCode !== 0)
    throw new UsageError(`${path} printed no password of the vault: exit code ${exitCode ?? 'none'}`, {
      hint,
      output: stderr.trim(),
    })
  return stdout
}
