import { YAMLException } from 'js-yaml'
import { InventoryError } from '../errors.js'

/** A file as it was read; `file` is the path as the user would type it. */
export interface Source {
  file: string
  text: string
}

/**
 * Where a YAML node stands in its file, as offsets. Nodes behind an alias or a merge key stand where they were
 * written.
 */
export interface Mark {
  /** Offset of its key, or of the node itself where it has none. */
  key: number
  value: number
  /** Why the value is not text that can be used as it stands. */
  unusable?: 'template' | 'vault' | undefined
  children: Map<string, Mark>
}

/** Where something was said, so that an error about it can show the line. */
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

  /** A node inside this one; where a part of the path is missing, the key of the nearest node that is there. */
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
  unusable(): { why: 'template' | 'vault'; origin: Origin } | undefined {
    // A node can be reached by many aliases: each is looked at once.
    const seen = new Set<Mark>()
    const search = (mark: Mark): Mark | undefined => {
      if (seen.has(mark)) return undefined
      seen.add(mark)
      if (mark.unusable) return mark
      for (const child of mark.children.values()) {
        const found = search(child)
        if (found) return found
      }
      return undefined
    }
    const found = search(this.#mark)
    return found?.unusable && { why: found.unusable, origin: new Origin(this.#source, found) }
  }

  /** For telling which of two things in one file comes first. */
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
    return new InventoryError(this.#exception(message).message, hint === undefined ? {} : { hint })
  }

  #exception(message: string): YAMLException {
    try {
      return YAMLException.throwAt(
        withoutPasswords(this.#source.text),
        this.#offset,
        message,
        this.#source.file,
      )
    } catch (error) {
      if (error instanceof YAMLException) return error
      throw error
    }
  }
}

/**
 * The lines around an error are shown to people and logs; an Ansible inventory may hold passwords. Offsets
 * stay.
 */
function withoutPasswords(text: string): string {
  return text.replace(
    /([\w-]*(?:passw|_pass\b|secret)[\w-]*["']?\s*:[ \t]*)([^\s,}#][^\r\n,}]*)/gi,
    (_, key: string, value: string) => key + '*'.repeat(value.length),
  )
}
