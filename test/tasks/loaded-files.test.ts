import test from 'ava'
import { z } from 'zod'
import { ProcessOutput } from 'zx/core'
import { loadState, outdatedLoad } from '../../runner/tasks/loaded-files.js'
import { file } from '../../runner/tasks/file.js'
import { service } from '../../runner/tasks/service.js'
import { blockCases } from './scope.js'

/** What is known of a service and its files, and what it runs with if that is not their present content. */
const schema = z.strictObject({
  state: z.strictObject({
    isActive: z.boolean(),
    canReload: z.boolean(),
    invocation: z.string(),
    loadedAt: z.string().nullable(),
    note: z.string(),
    files: z.array(z.strictObject({ path: z.string(), changedAt: z.string(), hash: z.string() })),
  }),
  outdated: z.string().nullable(),
})

for (const [name, { state, outdated }] of blockCases('loaded-files', schema)) {
  test(`loaded files: ${name}`, t => {
    t.is(outdatedLoad({ ...state, loadedAt: state.loadedAt ?? '' }) ?? null, outdated)
  })
}

const hash = 'a'.repeat(64)
const shown =
  'ActiveState=active\nStateChangeTimestamp=Mon 2026-11-30 02:57:45.149092 UTC\nCanReload=yes\nInvocationID=5e\n'

test('what a node prints of a service, its note and its files', t => {
  const { family, argument } = loadState({ unit: 'nginx.service', paths: ['/etc/a b', '/etc/gone'] })
  const other = loadState({ unit: 'other.service', paths: ['/etc/other'] })
  const stdout = `${shown}\0loaded ${hash} 5e Mon 2026-11-30 02:57:45.149092 UTC\n\x001796006343.258625\0${hash}  /etc/a b\0\0ActiveState=inactive\n\0\0\0`
  t.is(other.family, family)
  t.deepEqual(family.parse(new ProcessOutput(0, null, stdout, '', stdout, ''), [argument, other.argument]), [
    {
      isActive: true,
      canReload: true,
      invocation: '5e',
      loadedAt: 'Mon 2026-11-30 02:57:45.149092 UTC',
      note: `loaded ${hash} 5e Mon 2026-11-30 02:57:45.149092 UTC`,
      files: [{ path: '/etc/a b', changedAt: '1796006343.258625', hash }],
    },
    { isActive: false, canReload: false, invocation: '', loadedAt: '', note: '', files: [] },
  ])
  for (const cut of ['', shown, `${shown}\0\x001796006343.258625`]) {
    const [refusal] = family.parse(new ProcessOutput(0, null, cut, '', cut, ''), [argument])
    t.true(refusal instanceof Error && refusal.message.includes('what nginx.service has loaded cannot be read'), cut)
  }
})

test('a service waits for the files that it loads, and is no background task then', t => {
  const conf = file('/etc/x.conf', { content: '' })
  const task = service('x.service', { enabled: false, loads: [conf, '/etc/y.conf'], needs: [{ name: 'install x' }] })
  t.is(task.name, 'x is disabled and with its files loaded in systemd')
  t.deepEqual(
    task.needs?.map(({ name }) => name),
    ['install x', 'write /etc/x.conf'],
  )
  t.is(task.background, undefined)
})
