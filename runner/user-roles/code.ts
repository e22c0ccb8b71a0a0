import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createRequire, SourceMap } from 'node:module'
import type { Jiti } from 'jiti'

/** The code of roles as users write it: TypeScript, transformed by jiti when it is loaded. */
export class RoleCode {
  readonly #jiti: Jiti

  private constructor(jiti: Jiti) {
    this.#jiti = jiti
  }

  /** Loads the modules that load roles, which no other run needs. */
  static async open(): Promise<RoleCode> {
    const api = await import('../public/index.js')
    // Not by import(): the command is a script with a code cache, in which that fails (runner/cli/launch.ts).
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jiti's own types
    const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
    // What packages import that roles import: they are not transformed (bundle/runner/public/index.js).
    Object.assign(globalThis, { [Symbol.for('ha-run')]: api })
    return new RoleCode(
      createJiti(import.meta.url, {
        fsCache: cacheDirectory() ?? false,
        interopDefault: false,
        tryNative: false,
        sourceMaps: true,
        // The modules that run: a role that imported copies of them would have other classes.
        virtualModules: { 'ha-run': api },
      }),
    )
  }

  async import(file: string): Promise<Record<string, unknown>> {
    return this.#jiti.import(file)
  }

  /** A position in the source of a file, from one in the code that runs, both from 1. */
  original(file: string, source: string, position: { line: number; column: number }): { line: number; column: number } {
    const code = this.#jiti.transform({ source, filename: file, ts: file.endsWith('ts'), async: true })
    const map = /\/\/# sourceMappingURL=data:[^,]*;base64,([A-Za-z0-9+/=]+)/.exec(code)?.[1]
    if (map === undefined) return position
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Babel writes
    const payload = JSON.parse(Buffer.from(map, 'base64').toString()) as ConstructorParameters<typeof SourceMap>[0]
    const entry = new SourceMap(payload).findEntry(position.line - 1, position.column - 1)
    return 'originalLine' in entry ? { line: entry.originalLine + 1, column: entry.originalColumn + 1 } : position
  }
}

/** Where transformed code is kept, in the user's own cache; undefined if another user might write it. */
function cacheDirectory(): string | undefined {
  if (process.env['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return undefined
  const directory = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ha-run-roles')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(directory)
    return uid === process.geteuid?.() && (mode & 0o022) === 0 ? directory : undefined
  } catch {
    return undefined
  }
}
