import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { exitCodes, UsageError } from '../errors.js'
import { caseDifference, resultOfCase, resultText, type CaseResult } from '../user-roles/cases/run-case.js'
import { Unobserved } from '../user-roles/cases/observed-node.js'
import { readCase } from '../user-roles/cases/schema.js'
import type { FoundRole } from '../user-roles/loader.js'
import { visible } from '../ui/visible.js'

export interface TestRoleFlags {
  lab?: boolean
  yes?: boolean
}

/**
 * `ha-run test roles/NAME`: the cases of a role, and with `--lab` the role on a cluster.
 *
 * @returns the exit code: 2 if a case has another result, or fails on the lab.
 */
export async function testRole(folder: string, { lab = false, yes = false }: TestRoleFlags): Promise<number> {
  const found = findRole(folder)
  const exit = await testCases(found, join(folder, 'test'), lab)
  if (!lab || exit !== exitCodes.ok) return exit
  const { testOnLab } = await import('./test-on-lab.js')
  return testOnLab(found, folder, yes)
}

/** @throws UsageError if a folder has no role. */
function findRole(folder: string): FoundRole {
  const role = basename(resolve(folder))
  const file = ['index.ts', 'index.js'].map(name => join(folder, name)).find(existsSync)
  if (file !== undefined) return { role, file: resolve(file) }
  const isFolder = existsSync(folder) && statSync(folder).isDirectory()
  throw new UsageError(`${folder} ${isFolder ? 'has no index.ts' : 'is not the folder of a role'}`, {
    hint: 'Name the folder of a role, such as roles/motd; `ha-run new role NAME` makes one.',
  })
}

async function testCases(found: FoundRole, folder: string, mayLack: boolean): Promise<number> {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter(name => name.endsWith('.yml'))
        .toSorted()
    : []
  if (files.length === 0 && !mayLack)
    throw new UsageError(`${folder} has no cases`, {
      hint: 'A case is a file such as test/bare.yml; docs/roles.md has an example.',
    })
  let failed = 0
  for (const name of files) {
    const file = join(folder, name)
    const problem = await problemOf(found, file)
    if (problem) failed += 1
    print([`${file}: ${problem ? problem.what : 'ok'}`, ...(problem?.lines ?? []).map(line => `  ${line}`)])
  }
  if (files.length > 0)
    print([
      `${files.length === 1 ? '1 case' : `${files.length} cases`}: ${failed === 0 ? 'all ok' : `${failed} failed`}`,
    ])
  return failed === 0 ? exitCodes.ok : exitCodes.failed
}

async function problemOf(found: FoundRole, file: string): Promise<{ what: string; lines: string[] } | undefined> {
  const declared = readCase(file)
  let actual: CaseResult
  try {
    actual = await resultOfCase(found, declared)
  } catch (error) {
    if (!(error instanceof Unobserved)) throw error
    return { what: error.message, lines: [] }
  }
  if (declared.result === undefined)
    return { what: 'has no result; it would be', lines: resultText(actual).trimEnd().split('\n') }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what has another form is not equal
  const lines = caseDifference(declared.result as CaseResult, actual)
  return lines.length === 0 ? undefined : { what: 'another result (- the role, + the case)', lines }
}

function print(lines: string[]): void {
  process.stdout.write(`${lines.map(visible).join('\n')}\n`)
}
