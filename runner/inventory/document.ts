import { readFileSync } from 'node:fs'
import {
  CORE_SCHEMA,
  EVENT_ID,
  NOT_RESOLVED,
  YAMLException,
  constructFromEvents,
  defineScalarTag,
  floatCoreTag,
  intCoreTag,
  mergeTag,
  parseEvents,
} from 'js-yaml'
import type { Event, ScalarTagDefinition } from 'js-yaml'
import { InventoryError } from '../errors.js'
import { marksOf, templateHint } from './marks.js'
import { Origin } from './origin.js'
import type { Source } from './origin.js'
import { closedVault, concealAll, isVaulted, type Vault } from './vault.js'

/** The document of a YAML file: its value, and the position of everything in it. */
export interface Document {
  value: unknown
  origin: Origin
}

/**
 * YAML 1.2's core schema with merge keys, as Ansible users write them. A `!vault` that cannot be decrypted loads as null, and
 * `Origin.unusable` finds it: an inventory may contain secrets that ha-run never reads. `!unsafe` is Ansible's tag for "no Jinja".
 */
const schemaWith = (vault: Vault) =>
  CORE_SCHEMA.withTags(
    mergeTag,
    faithful(intCoreTag),
    faithful(floatCoreTag),
    defineScalarTag<string | null>('!vault', {
      resolve: text => vault.decryptValue(text) ?? null,
      identify: () => false,
    }),
    defineScalarTag<string>('!unsafe', { resolve: text => text, identify: () => false }),
  )

/**
 * A number only if its text is the number's own: js-yaml would turn `0644` into 644 and `1.10` into 1.1.
 */
function faithful(tag: ScalarTagDefinition<number>): ScalarTagDefinition<number> {
  return {
    ...tag,
    resolve(text, isExplicit, tagName) {
      const value = tag.resolve(text, isExplicit, tagName)
      return isExplicit || value === NOT_RESOLVED || String(value) === text ? value : NOT_RESOLVED
    },
  }
}

/**
 * The only document of a YAML file; undefined if the file is empty or has only comments. A file that is encrypted as a whole is
 * decrypted; if that is impossible, it is a text.
 *
 * Throws an InventoryError if the file cannot be read, is not YAML, or has several documents.
 */
export function readDocument(file: string, vault: Vault = closedVault): Document | undefined {
  return parseDocument(readSource(file, vault), vault)
}

/** A file with its text, decrypted if it is encrypted as a whole and a password fits. Throws an InventoryError that names it. */
export function readSource(file: string, vault: Vault): Source {
  return decrypted({ file, text: readText(file) }, vault)
}

/** As `readDocument`, of a file that was read. */
export function parseDocument(source: Source, vault: Vault): Document | undefined {
  const { file } = source
  try {
    const events = parseEvents(source.text, { filename: file })
    if (events.length === 0) return undefined
    refuseSecondDocument(source, events)
    const origin = new Origin(source, marksOf(source, events, vault))
    // Few inventories need an alias at all; without a limit a small file can stand for a huge value.
    const [value] = constructFromEvents(events, {
      source: source.text,
      filename: file,
      schema: schemaWith(vault),
      maxAliases: 100,
    })
    if (source.isSecret) concealAll(value)
    if (Array.isArray(value) && looksLikeIni(source.text)) throw refuseIni(source)
    return value === null ? undefined : { value, origin }
  } catch (error) {
    if (error instanceof YAMLException) throw explain(error, source)
    throw error
  }
}

/** The source's text, decrypted if it is encrypted as a whole and a password fits. */
function decrypted(source: Source, vault: Vault): Source {
  const text = isVaulted(source.text) ? vault.decrypt(source.text) : undefined
  return text === undefined ? source : { file: source.file, text, isSecret: true }
}

function refuseSecondDocument(source: Source, events: Event[]): void {
  const second = events.findIndex((event, index) => index > 0 && event.type === EVENT_ID.DOCUMENT)
  if (second < 0) return
  const { value } = marksOf(source, events.slice(second), closedVault)
  const separator = source.text.lastIndexOf('\n---', value) + 1
  throw originAt(source, separator).error(
    'expected one YAML document, got a second one',
    'Put each document into a file of its own.',
  )
}

/** The text of a file. Throws an InventoryError that names it. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    throw new InventoryError(`cannot read "${file}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

/** True for Ansible's older INI format, where a section's name has a line of its own. */
function looksLikeIni(text: string): boolean {
  return /^\[[\w.:-]+\]\s*$/m.test(text)
}

function refuseIni(source: Source): InventoryError {
  return originAt(source, 0).error(
    'expected YAML, got what looks like an INI inventory',
    'A file named *.yml is YAML: give an INI inventory a name without an extension, or with .ini.',
  )
}

/** The error of js-yaml, or its probable cause. */
function explain(error: YAMLException, source: Source): InventoryError {
  const { position = 0, column = 0 } = error.mark ?? {}
  const start = position - column
  const [line = ''] = source.text.slice(start).split(/[\r\n]/, 1)
  const template = line.search(/\{\{|\{%/)
  if (template >= 0) {
    return originAt(source, start + template).error('expected a value, got a Jinja expression', templateHint)
  }
  if (looksLikeIni(source.text)) return refuseIni(source)
  return originAt(source, position).error(error.reason, hintFor(error.reason))
}

function hintFor(reason: string): string | undefined {
  if (reason.startsWith('duplicated mapping key')) {
    return 'Remove one of the two: the second would hide the first.'
  }
  return reason.startsWith('tab characters') ? 'Indent with spaces.' : undefined
}

function originAt(source: Source, offset: number): Origin {
  return new Origin(source, { key: offset, value: offset, children: new Map() })
}
