import { accessSync, constants } from 'node:fs'
import { extname } from 'node:path'
import { InventoryError } from '../errors.js'
import { parseDocument, readSource } from './document.js'
import { newcomerHint } from './example.js'
import { readGroups } from './groups.js'
import type { Entries } from './groups.js'
import { readIni } from './ini.js'
import type { Origin } from './origin.js'
import { isVaulted, type Vault } from './vault.js'

/**
 * Adds the content of one inventory file, YAML or INI. Throws an InventoryError, with file, line and column.
 *
 * @returns the start of the file.
 */
export function readInventoryFile(file: string, entries: Entries, vault: Vault): Origin {
  const source = readSource(file, vault)
  if (isVaulted(source.text)) {
    throw new InventoryError(`"${file}" is encrypted with ansible-vault, and no given password decrypts it`, {
      hint: 'Give its password: --vault-password-file FILE, or --ask-vault-pass.',
    })
  }
  if (isScript(file, source.text)) {
    throw new InventoryError(`"${file}" is a program, and ha-run does not run inventory scripts`, {
      hint: `\`ansible-inventory -i ${file} --list --yaml --output NEW.yml\` writes down what it prints.`,
    })
  }
  const start = isYaml(file, source.text) ? readYaml() : readIni(source, entries)
  if (!start) {
    throw new InventoryError(`expected an inventory, got an empty file: "${file}"`, { hint: newcomerHint() })
  }
  return start

  function readYaml(): Origin | undefined {
    const document = parseDocument(source, vault)
    if (document) readGroups(document, entries)
    return document?.origin
  }
}

/**
 * As in Ansible, *.yml, *.yaml and *.json are YAML, and a file without an extension may be. Its first line decides: a group, a
 * document's start or a JSON object is YAML.
 */
export function isYaml(file: string, text: string): boolean {
  const extension = extname(file)
  if (/^\.(ya?ml|json)$/.test(extension)) return true
  if (extension !== '') return false
  const first = text.split(/[\r\n]+/).find(line => /^\s*[^\s#]/.test(line)) ?? ''
  return /^\s*(---|\{|(["']?)[^\s=:;[\]{}"']+\2\s*:(\s|$))/.test(first)
}

/** Files on a FAT or network share are all executable: a script also begins as one, or is no text. */
function isScript(file: string, text: string): boolean {
  if (!text.startsWith('#!') && !text.includes('\0')) return false
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
