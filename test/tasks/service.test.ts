import test from 'ava'
import { z } from 'zod'
import { service, serviceCommands, serviceDifferences } from '../../runner/tasks/service.js'
import { TaskError } from '../../runner/errors.js'
import { blockCases, said } from './scope.js'

/** A unit's declared and present state, how they differ, and what is done about it. */
const schema = z.strictObject({
  declared: z.strictObject({ enabled: z.boolean(), running: z.boolean().optional() }),
  state: z.strictObject({ load: z.string(), active: z.string(), file: z.string() }),
  differences: z.array(z.string()),
  commands: z.array(z.string()),
})

for (const [name, { declared, state, differences, commands }] of blockCases('service', schema)) {
  test(`service: ${name}`, t => {
    const found = serviceDifferences('x.service', declared, state)
    t.deepEqual(said(found), differences)
    t.deepEqual(
      serviceCommands('x.service', declared, found).map(words => words.join(' ')),
      commands,
    )
  })
}

test('a unit that an admin has masked is not started', t => {
  t.throws(() => serviceDifferences('x.service', { enabled: true }, { active: 'inactive', file: 'masked' }), {
    instanceOf: TaskError,
    message: /masked/,
  })
})

test('names have the declared state', t => {
  t.is(service('corosync.service', { enabled: true }).name, 'corosync is enabled in systemd')
  t.is(
    service('apache2.service', { enabled: false, running: false }).name,
    'apache2 is disabled and stopped in systemd',
  )
  t.is(service('x.service', { enabled: true, running: true, needs: [{ name: 'a' }] }).needs?.[0]?.name, 'a')
})
