import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openVault } from '../../runner/cli/vault-passwords.js'
import { UsageError } from '../../runner/errors.js'
import { vaultText } from '../inventory/vault-text.js'
import { folderOf, haRun, inventoryOf } from './ha-run.js'

const encrypted = readFileSync('test/cases/vault/group_vars/web.yml', 'utf8')
const decrypts = async (vaultPasswordFile?: string[]) =>
  (await openVault({ ...(vaultPasswordFile && { vaultPasswordFile }) })).decrypt(encrypted) !== undefined
const [right, other] = ['test/cases/vault/password', 'test/cases/vault/other-password']

test.serial('passwords come from files, of which one may fit, or else from ANSIBLE_VAULT_PASSWORD_FILE', async t => {
  t.true(await decrypts([other, right]))
  t.false(await decrypts([other]))
  t.false(await decrypts())
  process.env['ANSIBLE_VAULT_PASSWORD_FILE'] = right
  t.teardown(() => delete process.env['ANSIBLE_VAULT_PASSWORD_FILE'])
  t.true(await decrypts())
  t.false(await decrypts([other]))
})

test('a program prints the password, as for Ansible', async t => {
  const program = join(folderOf(t), 'password.sh')
  writeFileSync(program, `#!/bin/sh\ncat '${process.cwd()}/${right}'\n`)
  chmodSync(program, 0o755)
  t.true(await decrypts([program]))
  writeFileSync(program, '#!/bin/sh\necho canary; exit 3\n')
  const { message } = await t.throwsAsync<UsageError>(decrypts([program]), { instanceOf: UsageError })
  t.regex(message, /printed no password of the vault: exit code 3$/)
  // It does not run if nothing has to be decrypted: it may ask the user.
  await t.notThrowsAsync(openVault({ vaultPasswordFile: [program] }))
})

test('--vault-id has a label, which a client program gets', async t => {
  const client = join(folderOf(t), 'keyring-client.sh')
  writeFileSync(client, `#!/bin/sh\n[ "$*" = '--vault-id dev' ] && printf '%s\\n' ' spaces count '\n`)
  chmodSync(client, 0o755)
  const text = vaultText('x', ' spaces count ', 'dev')
  t.is((await openVault({ vaultId: [`dev@${client}`] })).decrypt(text), 'x')
  await t.throwsAsync(async () => (await openVault({ vaultId: [client] })).decrypt(text), { message: /exit code 1/ })
  t.is((await openVault({ vaultId: [`dev@${right}`] })).decrypt(encrypted) === undefined, false)
  await t.throwsAsync(openVault({ vaultId: ['dev@'] }), { instanceOf: UsageError, message: /LABEL@FILE/ })
})

test('a password file that is missing or empty is an error before anything else happens', async t => {
  const inventory = inventoryOf(t, 1, 2)
  const empty = join(folderOf(t), 'empty')
  writeFileSync(empty, '\n')
  for (const [file, reason] of [
    [empty, /has no password in it/],
    [`${empty}er`, /cannot be read: ENOENT/],
  ] as const) {
    const { exit, stdout, stderr } = await haRun(t, 'site', '-i', inventory, '--vault-password-file', file)
    t.is(exit, 1)
    t.regex(stdout + stderr, reason)
  }
  const asked = await haRun(t, 'site', '-i', inventory, '--ask-vault-pass')
  t.is(asked.exit, 1)
  t.regex(asked.stdout + asked.stderr, /--ask-vault-pass needs a terminal/)
})
