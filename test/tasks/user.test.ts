import test from 'ava'
import { z } from 'zod'
import { groupState, userState } from '../../runner/facts/accounts.js'
import { TaskError, UsageError } from '../../runner/errors.js'
import { group, user, userCommands, userDifferences } from '../../runner/tasks/user.js'
import { blockCases, localScope, said } from './scope.js'

const declared = z.strictObject({
  system: z.boolean().optional(),
  uid: z.number().optional(),
  group: z.string().optional(),
  groups: z.array(z.string()).optional(),
  comment: z.string().optional(),
  home: z.string().optional(),
  createHome: z.boolean().optional(),
  shell: z.string().optional(),
})
const schema = z.strictObject({
  declared,
  state: z
    .strictObject({
      uid: z.number(),
      group: z.string(),
      groups: z.array(z.string()),
      comment: z.string(),
      home: z.string(),
      shell: z.string(),
    })
    .optional(),
  home: z.strictObject({ type: z.string(), mode: z.string(), owner: z.string(), group: z.string() }).optional(),
  differences: z.array(z.string()).optional(),
  commands: z.array(z.string()).optional(),
  error: z.string().optional(),
})

for (const [name, each] of blockCases('user', schema)) {
  test(`user: ${name}`, t => {
    const options = each.declared as Parameters<typeof userDifferences>[1]
    const differences = () => userDifferences('shop', options, each.state, each.home)
    if (each.error !== undefined) {
      t.throws(differences, { instanceOf: TaskError, message: each.error })
      return
    }
    t.deepEqual(said(differences()), each.differences!)
    t.deepEqual(userCommands('shop', options, each.state, differences()), each.commands!)
  })
}

test('accounts are read from the node, known ones and others', async t => {
  const { read } = localScope(t)
  const [nobody, root, absent] = await Promise.all(
    ['no-such-user', 'root', 'no-such-user-either'].map(name => read(userState(name))),
  )
  t.is(nobody, undefined)
  t.is(absent, undefined)
  t.like(root, { uid: 0, group: 'root', home: '/root' })
  t.deepEqual(await Promise.all(['root', 'no-such-group'].map(name => read(groupState(name)))), [{ gid: 0 }, undefined])
})

test('what is there as declared is in sync, and another number is refused', async t => {
  const scope = localScope(t)
  t.deepEqual(await user('root', { home: '/root', createHome: true }).check(scope), [])
  t.deepEqual(await group('root', { gid: 0 }).check(scope), [])
  await t.throwsAsync(group('root', { gid: 5 }).check(scope), { instanceOf: TaskError, message: /has the number 0/ })
})

test('a number or an option is no name', t => {
  for (const name of ['0', '-r', 'a b', '']) t.throws(() => user(name), { instanceOf: UsageError })
})
