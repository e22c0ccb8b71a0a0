import { YAMLException } from 'js-yaml'
import { InventoryError } from '../errors.js'
import { withoutPasswords } from './passwords.js'

/** A file's text; `file` is the path as the user would type it. */
export interface Source {
  file: string
  text: string
  /** The file was decrypted: no error may show its text. */
  isSecret?: boolean
}

/** A Jinja expression, or an encrypted value without a password, or with passwords none of which fits. */
export type Unusable = 'template' | 'vault' | 'other-vault'

/**
 * The position of a YAML node, or of a value in INI, in its file, as offsets. Nodes behind an alias or a merge key have the position where they are
 * written.
 */
export interface Mark {
  /** Offset of its key, or of the node itself if it has none. */
  key: number
  value: number
  /** The reason why the value cannot be used as it is written. */
  unusable?: Unusable | undefined
  /** The value is encrypted with `!vault`. */
  isEncrypted?: boolean | undefined
  children: Map<string, Mark>
}

/** The position of a declaration, so that an error about it can show the line. */
export class Origin {
  readonly #source: Source
  readonly #mark: Mark
  readonly #offset: number

  constructor(source: Source, mark: Mark, offset: number = mark.value) {
    this.#source = source
    this.#mark = mark
    this.#offset = offset
  }

  /** The same node, pointing at its key. */
  get key(): Origin {
    return new Origin(this.#source, this.#mark, this.#mark.key)
  }

  /** A node inside this one; if a part of the path is missing, the key of the nearest existing node. */
  at(...path: PropertyKey[]): Origin {
    let mark = this.#mark
    for (const part of path) {
      const child = mark.children.get(String(part))
      if (!child) return new Origin(this.#source, mark, mark.key)
      mark = child
    }
    return new Origin(this.#source, mark)
  }

  /** The first node in or under this one, in the order of the file, that `!vault` or `{{ }}` makes unusable. */
  unusable(): { why: Unusable; origin: Origin } | undefined {
    // A node can be reached by many aliases: each is visited once.
    const seen = new Set<Mark>()
    const search = (mark: Mark): Mark | undefined => {
      if (seen.has(mark)) return undefined
      seen.add(mark)
      if (mark.unusable) return mark
      for (const child of mark.children.values()) {
        const descendant = search(child)
        if (descendant) return descendant
      }
      return undefined
    }
    const mark = search(this.#mark)
    return mark?.unusable && { why: mark.unusable, origin: new Origin(this.#source, mark) }
  }

  /** Whether the value is encrypted with `!vault`. */
  get isEncrypted(): boolean {
    return this.#mark.isEncrypted === true
  }

  /** Whether the value is encrypted, by itself or with its whole file. */
  get isInVault(): boolean {
    return this.isEncrypted || this.#source.isSecret === true
  }

  /** The path of the file, as the user would type it. */
  get file(): string {
    return this.#source.file
  }

  /** To compare positions in one file. */
  get offset(): number {
    return this.#offset
  }

  /** As js-yaml writes it: `in "inventory/site.yml" (6:11)`. */
  get place(): string {
    const { mark } = this.#exception('')
    return `in "${this.#source.file}" (${(mark?.line ?? 0) + 1}:${(mark?.column ?? 0) + 1})`
  }

  /**
   * An error about this node, in js-yaml's own form: message, file, line, column, and the lines with a caret.
   */
  error(message: string, hint?: string): InventoryError {
    const text = this.#source.isSecret ? `${message} ${this.place}` : this.#exception(message).message
    return new InventoryError(text, hint === undefined ? {} : { hint })
  }

  #exception(message: string): YAMLException {
    const { file, text } = this.#source
    return exceptionAt({ file, text: withoutPasswords(text) }, this.#offset, message)
  }
}

/** The first line of such an error's message without its place: for values that stand in no file of the user's. */
export function withoutPlace(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ in "[^"]*" \(\d+:\d+\)$/, '')
}

function exceptionAt({ file, text }: Source, offset: number, message: string): YAMLException {
  try {
    return YAMLException.throwAt(text, offset, message, file)
  } catch (error) {
    if (error instanceof YAMLException) return error
    throw error
  }
}

/** A message about a place in a file, in js-yaml's own form: with file, line, column, and the lines with a caret. */
export function sourceExcerpt(source: Source, offset: number, message: string): string {
  return exceptionAt(source, offset, message).message
}
