import { InventoryError } from '../../errors.js'
import type { Fact } from '../../facts/fact.js'
import { groupState, userState } from '../../facts/accounts.js'
import { fileState, fileText, linkTarget, type FileState } from '../../facts/files.js'
import { packageState } from '../../facts/packages.js'
import { unitState } from '../../facts/units.js'
import { sha256 } from '../../hash.js'
import { processOutput } from '../../ssh/outcome.js'
import { remote, type Remote } from '../../ssh/remote.js'
import { hashOfFiles, loadingServiceOf, type LoadState, type LoadingService } from '../../tasks/loaded-files.js'
import type { Observed } from './schema.js'

/** A case lacks something that a check asks for. */
export class Unobserved extends InventoryError {}

/** A node that has what a case says, and nothing else: checks read from it as from a real one. */
export class ObservedNode {
  readonly #observed: Observed
  readonly $: Remote
  readonly name: string

  /** @param name - for errors. */
  constructor(name: string, observed: Observed) {
    this.name = name
    this.#observed = observed
    const run = async ({ scripts }: { scripts: readonly string[] }) =>
      scripts.map(script => ({ ...this.#output(script), timedOut: false }))
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the remote $ only runs scripts
    this.$ = remote({ name, session: { run } } as unknown as Parameters<typeof remote>[0])
  }

  readonly read = async <T>(fact: Fact<T>): Promise<T> => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `#known` returns what the fact's family parses
    const known = this.#known(fact) as { value: T } | undefined
    if (known) return known.value
    const { family, argument } = fact
    const [value] = family.parse(processOutput({ ...this.#output(family.name), timedOut: false }), [argument])
    if (value instanceof Error) throw value
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a family returns one value for each argument
    return value as T
  }

  /** The value of a fact about what a case describes by itself. */
  #known({ family, argument }: Fact<unknown>): { value: unknown } | undefined {
    const { packages = [], units = {}, users = {}, groups = {} } = this.#observed
    const isOf = (fact: Fact<unknown>) => family === fact.family
    if (isOf(packageState('')))
      return { value: { version: packages.includes(argument) ? '1' : undefined, isHeld: false } }
    if (isOf(fileState(''))) return { value: this.#fileState(argument) }
    if (isOf(fileText(''))) return { value: this.#textOf(argument) }
    if (isOf(linkTarget(''))) return { value: this.#observed.files?.[argument]?.target }
    if (isOf(unitState(''))) return { value: unitOf(units[argument]) }
    if (isOf(userState(''))) {
      const user = users[argument]
      return { value: user && { groups: [], comment: '', shell: '/bin/sh', ...user } }
    }
    if (isOf(groupState(''))) return { value: argument in groups ? { gid: groups[argument] } : undefined }
    const loading = loadingServiceOf({ family, argument })
    return loading && { value: this.#loadState(loading) }
  }

  #fileState(path: string): FileState | undefined {
    const file = this.#observed.files?.[path]
    if (!file) return undefined
    const type = file.type ?? (file.target === undefined ? 'regular file' : 'symbolic link')
    return {
      type,
      mode: file.mode ?? (type === 'directory' ? '0755' : '0644'),
      owner: file.owner ?? 'root',
      group: file.group ?? 'root',
      ...(type === 'regular file' && { hash: sha256(file.content ?? '') }),
    }
  }

  #textOf(path: string): string | undefined {
    const file = this.#observed.files?.[path]
    return file && (file.content ?? '')
  }

  #loadState({ unit, paths }: LoadingService): LoadState {
    const { active = 'inactive', loaded = true } = this.#observed.units?.[unit] ?? {}
    const files = paths.flatMap(path => {
      const hash = this.#fileState(path)?.hash
      return hash === undefined ? [] : [{ path, changedAt: '0.0', hash }]
    })
    const hash = loaded ? hashOfFiles(files) : 'another'
    return {
      isActive: active === 'active',
      canReload: true,
      invocation: '1',
      loadedAt: '',
      note: `loaded ${hash} 1 `,
      files,
    }
  }

  #output(command: string): { exitCode: number; stdout: string; stderr: string } {
    const output = this.#observed.commands?.[command]
    if (!output)
      throw new Unobserved(
        `the case does not say what this command prints, under observed.commands: ${JSON.stringify(command)}`,
      )
    const { stdout = '', stderr = '', exit = 0 } = output
    return { exitCode: exit, stdout, stderr }
  }
}

function unitOf(unit: NonNullable<Observed['units']>[string] | undefined) {
  const absent = { load: 'not-found', active: 'inactive', file: '', restart: 'no', dropIns: [], outdated: false }
  if (!unit) return absent
  const { loaded: _, ...rest } = unit
  return { ...absent, load: 'loaded', file: 'disabled', ...rest }
}
