import { inspect } from 'node:util'
import { sha256 } from './hash.js'

/**
 * Bytes that no log, error, diff or screen may show. Every conversion to text returns a short fingerprint; only `reveal()`
 * returns the bytes, so that its uses can be searched for.
 */
export class Secret {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  reveal(): Buffer {
    return this.#bytes
  }

  /** SHA-256 in hexadecimal, for records and comparisons in place of the bytes. */
  get hash(): string {
    return sha256(this.#bytes)
  }

  toString(): string {
    return fingerprint(this.hash)
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

/** A secret as users see it: enough of its SHA-256 to distinguish two secrets, and none of its bytes. */
export function fingerprint(hash: string): string {
  return `secret sha256:${hash.slice(0, 12)}`
}
