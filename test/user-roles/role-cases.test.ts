import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Unobserved } from '../../runner/user-roles/cases/observed-node.js'
import { caseDifference, resultOfCase, type CaseResult } from '../../runner/user-roles/cases/run-case.js'
import { readCase } from '../../runner/user-roles/cases/schema.js'

/** One test a file of test/cases/role-cases: a role, and what `ha-run test` says to a case of it: nothing if all is as in the case. */
const root = 'test/cases/role-cases'
for (const name of readdirSync(root)) {
  test(`role-cases/${name}`, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'ha-run-role-cases-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    const [, role = '', text = '', expected = ''] =
      /^== role\n([^]*?)^== case\n([^]*?)(?:^== output\n([^]*))?$(?![^])/m.exec(
        readFileSync(join(root, name), 'utf8'),
      ) ?? []
    mkdirSync(join(folder, 'roles/own'), { recursive: true })
    const file = join(folder, 'roles/own/index.ts')
    writeFileSync(file, role)
    const caseFile = join(folder, 'case.yml')
    writeFileSync(caseFile, text)
    t.is(await outputOf(file, caseFile), expected)
  })
}

async function outputOf(file: string, caseFile: string): Promise<string> {
  const each = readCase(caseFile)
  try {
    const actual = await resultOfCase({ role: 'own', file }, each)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as `ha-run test` compares it
    return caseDifference(each.result as CaseResult, actual)
      .map(line => `${line}\n`)
      .join('')
  } catch (error) {
    if (!(error instanceof Unobserved)) throw error
    return `${error.message}\n`
  }
}
