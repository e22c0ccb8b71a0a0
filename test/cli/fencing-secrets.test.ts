import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { placesOf, readFencingSecrets } from '../../runner/cli/fencing-secrets.js'
import { knownRoles } from '../../runner/cli/load-roles.js'
import { planRun } from '../../runner/cli/plan-run.js'
import { concealed } from '../../runner/concealed.js'
import { InventoryError } from '../../runner/errors.js'

const folder = mkdtempSync(join(tmpdir(), 'ha-run-secrets-'))
test.after.always(() => rmSync(folder, { recursive: true }))
const path = (name: string) => join(folder, name)

/** What ha-run reads for this source of a secret, if these roles run; and the warnings about it. */
function read(source: object, roles = ['fencing']) {
  const site = path('site.yml')
  const device = (id: string, node: string) =>
    `          ${id}: {agent: fence_plug, fences: ${node}, secrets: {password: ${JSON.stringify(source)}}}`
  writeFileSync(
    site,
    `all:
  vars:
    cluster:
      name: pacemaker1
      floating_ip: 192.168.0.10/24
      fencing:
        devices:
${device('plug1', 'node1')}
${device('plug2', 'node2')}
  hosts: {node1: {ansible_host: 192.168.0.1}, node2: {ansible_host: 192.168.0.2}}
`,
  )
  const { jobs, inventory } = planRun({ roles }, [...knownRoles(), 'fencing'], { inventory: [site] })
  const [job] = readFencingSecrets(jobs, inventory)
  const { fencing } = job!.cluster
  const secret = typeof fencing === 'string' ? undefined : fencing.devices[1]!.secrets['password']!
  return {
    text: secret && 'value' in secret ? secret.value.reveal().toString() : undefined,
    warnings: inventory.warnings,
  }
}

function write(name: string, text: string, mode: number): string {
  writeFileSync(path(name), text)
  chmodSync(path(name), mode)
  return path(name)
}

test.serial('a secret is read from the environment, a file or a program, and hidden from then on', t => {
  process.env['HA_RUN_TEST_SECRET'] = 'canary environment'
  t.teardown(() => delete process.env['HA_RUN_TEST_SECRET'])
  t.is(read({ env: 'HA_RUN_TEST_SECRET' }).text, 'canary environment')
  t.is(read({ file: write('secret', 'canary file \n', 0o600) }).text, 'canary file ')
  t.is(read({ command: ['printf', '%s\\n', 'canary $(command)'] }).text, 'canary $(command)')
  t.is(concealed('canary environment, canary file , canary $(command)'), '********, ******** , ********')
})

test.serial('~ in the path of a file is the home directory', t => {
  write('in-home', 'canary-home', 0o600)
  t.is(placesOf([], folder).file('~/in-home'), 'canary-home')
})

test.serial('a program runs once, since it may ask the user', t => {
  const count = path('count')
  const program = write('ask', `#!/bin/sh\necho run >>${count}\necho canary-asked\n`, 0o700)
  t.is(read({ command: [program] }).text, 'canary-asked')
  t.is(readFileSync(count, 'utf8'), 'run\n')
})

test.serial('a file that others may read is a warning', t => {
  const warning = (mode: number) => read({ file: write('open', 'canary-open', mode) }).warnings
  t.deepEqual(warning(0o600), [])
  t.deepEqual(warning(0o640), [
    `other users may read ${path('open')}, which has a secret in it: chmod 600 ${path('open')}`,
  ])
})

test.serial('no secret is read unless the role fencing runs', t => {
  t.is(read({ file: path('missing') }, ['verify']).text, undefined)
  t.throws(() => read({ file: path('missing') }, ['verify', 'fencing']))
})

const unreadable: [string, object, RegExp][] = [
  ['a variable that is not set', { env: 'HA_RUN_NOT_SET' }, /the variable is not set in/],
  ['a file that is missing', { file: path('missing') }, /no such file or directory/],
  ['an empty file', { file: '/dev/null' }, /it is empty in/],
  ['a program that is missing', { command: ['no-such-program'] }, /there is no program no-such-program in/],
  ['a program that fails', { command: ['sh', '-c', 'echo canary-failed; exit 3'] }, /exit code 3 in/],
  ['several lines', { command: ['printf', 'canary-one\\ncanary-two'] }, /it has several lines/],
]
for (const [name, source, reason] of unreadable) {
  test.serial(`refused at its line: ${name}`, t => {
    const { message, hint } = t.throws(() => read(source), { instanceOf: InventoryError })
    t.regex(message, /^the secret "password" of plug1 cannot be read: /)
    t.regex(message, reason)
    t.regex(message, /site\.yml" \(8:\d+\)/)
    t.notRegex(message, /canary-(one|failed)/)
    t.truthy(hint)
  })
}
