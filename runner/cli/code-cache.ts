import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { exitCodes } from '../errors.js'

/** More files than a user's commands and versions of Node need. */
const maxFiles = 32

/**
 * Compiled code of earlier runs, in the user's own cache directory: ~/.cache/ha-run, or below XDG_CACHE_HOME. It only saves
 * time: everything works without it. There is one file for each command, with the code that this command has used, and for
 * each version of ha-run and of V8.
 */
export class CodeCache {
  readonly #directory: string
  readonly #file: string

  private constructor(directory: string, name: string) {
    this.#directory = directory
    this.#file = join(directory, name)
  }

  /**
   * The cache of a command. Undefined if the user wants none: NODE_DISABLE_COMPILE_CACHE is for Node's own cache of this kind too.
   *
   * @param code - names the code, with a hash of its content: V8 compares only its length.
   */
  static for(code: string, argv: string[]): CodeCache | undefined {
    if (process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return undefined
    const command = argv.find(word => /^[a-z][a-z-]*$/.test(word)) ?? 'none'
    const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
    return new CodeCache(join(base, 'ha-run'), `${code}-${cachedDataVersionTag()}-${command}`)
  }

  /** Undefined if there is none, if another user may have written it, or if it is damaged, at which V8 would crash. */
  read(): Buffer | undefined {
    try {
      if (!this.#isOurs()) return undefined
      const bytes = readFileSync(this.#file)
      const compiled = bytes.subarray(digestBytes)
      return digest(compiled).equals(bytes.subarray(0, digestBytes)) ? compiled : undefined
    } catch {
      return undefined
    }
  }

  /** Writes what `compiled` returns, unless the command line was wrong: nobody runs that command again. */
  write(compiled: () => Buffer, exitCode: number): void {
    if (exitCode === exitCodes.usage) return
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      if (!this.#isOurs()) return
      this.#makeRoom()
      const code = compiled()
      const unfinished = `${this.#file}.${process.pid}`
      try {
        writeFileSync(unfinished, Buffer.concat([digest(code), code]), { mode: 0o600 })
        renameSync(unfinished, this.#file)
      } finally {
        rmSync(unfinished, { force: true })
      }
    } catch {
      // A full disk, or a home that cannot be written: the next run compiles again.
    }
  }

  #isOurs(): boolean {
    const { uid, mode } = lstatSync(this.#directory)
    return uid === process.geteuid?.() && (mode & 0o022) === 0
  }

  #makeRoom(): void {
    const files = readdirSync(this.#directory)
    if (files.length >= maxFiles) for (const each of files) rmSync(join(this.#directory, each), { force: true })
  }
}

const digestBytes = 32

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
