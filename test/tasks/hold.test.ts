/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { hold } from '../../runner/tasks/hold.js'
import type { NodeScope } from '../../runner/tasks/scope.js'
import { shellText, type Arguments } from '../../runner/ssh/quote.js'
import { said } from './scope.js'

/** A node on which the package is on hold or not, and what it was told. */
function nodeWith(isHeld: boolean): { scope: NodeScope; told: string[] } {
  const told: string[] = []
  const $ = async (pieces: TemplateStringsArray, ...values: Arguments[]) => {
    told.push(shellText(pieces, values))
  }
  return { scope: { $, read: async () => ({ isHeld }) } as unknown as NodeScope, told }
}

for (const [wanted, held, finding, command] of [
  [true, false, ['package corosync: not held -> held'], 'apt-mark hold -- corosync'],
  [true, true, []],
  [false, true, ['package corosync: held -> not held'], 'apt-mark unhold -- corosync'],
  [false, false, []],
] as const) {
  test(`wanted ${wanted}, held ${held}`, async t => {
    const [task, ...others] = hold('corosync', wanted, [{ name: 'install corosync' }])
    t.deepEqual(others, [])
    t.deepEqual(task!.needs, [{ name: 'install corosync' }])
    const { scope, told } = nodeWith(held)
    t.deepEqual(said(await task!.check(scope)), finding as unknown as string[])
    await task!.apply(scope, [])
    if (command !== undefined) t.deepEqual(told, [command])
  })
}

test('if it is not declared, there is no task', t => {
  t.deepEqual(hold('corosync', undefined, []), [])
})
