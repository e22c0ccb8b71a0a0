import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { vaultValue } from '../inventory/vault-text.js'
import { closedPort, localSshd, noSshd } from '../ssh/local-sshd.js'
import { folderOf, haRun, main, onlyThisMachine } from './ha-run.js'
import { onTerminal } from './terminal.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

const password = 'the vault password'
const value = (plaintext: string) => vaultValue(plaintext, password, 14)

/** An inventory with a secret in each kind of setting: root may log in to the first node, nobody to the second. */
function siteWith(t: ExecutionContext, port: number, more = ''): { inventory: string; passwordFile: string } {
  const folder = folderOf(t)
  const [inventory, passwordFile] = ['site.yml', 'password'].map(name => join(folder, name))
  writeFileSync(passwordFile!, `${password}\n`)
  writeFileSync(
    inventory!,
    `all:
  vars:
    ${onlyThisMachine}
    unused: ${vaultValue('CANARY', 'of somebody else', 6)}
    ansible_become_password: ${value('CANARY-become')}
    ansible_port: ${port}
    cluster:
      name: vault-${port}
      floating_ip: 192.0.2.10/24
      fencing: disabled
      page: ${value('<p>CANARY-page of {node}</p>\n<p>CANARY-second-line</p>\n')}
      resources:
        DB:
          agent: ocf:heartbeat:mysql
          params:
            passwd: ${value('CANARY-param & "x"')}
      properties:
        some-key: ${value(`CANARY-property it's <so>`)}
${more}  hosts:
    node1: { ansible_host: 127.0.0.1, address: 192.0.2.1/24 }
    node2:
      ansible_host: 127.0.0.1
      address: 192.0.2.2/24
      ansible_user: ${value('CANARY-user')}
`,
  )
  return { inventory: inventory!, passwordFile: passwordFile! }
}

withSshd('what was decrypted is in none of the outputs of a run', async t => {
  const server = await localSshd(t)
  const { inventory, passwordFile } = siteWith(t, server.port)
  const folder = folderOf(t)
  const [junit, report] = [join(folder, 'junit.xml'), join(folder, 'report.html')]
  const common = ['-i', inventory, '--vault-password-file', passwordFile, '-F', server.configFile]
  for (const flags of [['--json'], ['-v', '--diff'], ['--diff', '--junit', junit, '--report', report]]) {
    const { exit, stdout, stderr } = await haRun(t, 'apache', '--check', ...flags, ...common)
    t.is(exit, 4, stdout + stderr)
    t.notRegex(stdout + stderr, /CANARY/)
    // ssh's own message has the login.
    t.regex(stdout + stderr, /\*{8}@127\.0\.0\.1: Permission denied/)
  }
  for (const file of [junit, report]) t.notRegex(readFileSync(file, 'utf8'), /CANARY/)
  const status = await haRun(t, 'status', '-v', ...common)
  t.notRegex(status.stdout + status.stderr, /CANARY/)
})

for (const flag of ['--json', '--no-color']) {
  test(`a wrong value that was decrypted is not shown: ${flag}`, async t => {
    const { inventory, passwordFile } = siteWith(
      t,
      closedPort,
      `    ansible_user: ${value('CANARY user '.repeat(20))}\n`,
    )
    const { exit, stdout, stderr } = await haRun(
      t,
      'site',
      flag,
      '-i',
      inventory,
      '--vault-password-file',
      passwordFile,
    )
    t.is(exit, 1)
    t.regex(stdout + stderr, /ansible_user: expected a login name, got \*{8} in/)
    t.notRegex(stdout + stderr, /CANARY/)
  })
}

test('the password can be typed', async t => {
  const { inventory } = siteWith(t, closedPort)
  const command = (flag: string) =>
    `'${process.execPath}' '${main}' verify --no-color -i '${inventory}' -F /dev/null ${flag}`
  const right = await onTerminal(command('--ask-vault-pass'), {
    prompt: 'password of the vault: ',
    keys: `${password}\r`,
  })
  t.is(right.exit, 4, right.screen)
  t.regex(right.screen, /node1: the connection was refused/)
  t.notRegex(right.screen, /CANARY|the vault password/)
  const labelled = await onTerminal(command('--vault-id dev@prompt'), {
    prompt: 'password of the vault dev: ',
    keys: 'wrong\r',
  })
  t.is(labelled.exit, 1, labelled.screen)
  t.regex(labelled.screen, /encrypted with !vault that no given password/)
})

test('without a password, the error names the option', async t => {
  const { exit, stdout, stderr } = await haRun(t, 'site', '-i', siteWith(t, closedPort).inventory)
  t.is(exit, 1)
  t.regex(stdout + stderr, /encrypted with !vault, and no password was given in ".*site\.yml"/)
  t.regex(stdout + stderr, /--vault-password-file FILE, or --ask-vault-pass/)
})
