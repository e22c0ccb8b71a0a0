import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { concealed } from '../../runner/concealed.js'
import { InventoryError } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { isVaulted, Vault } from '../../runner/inventory/vault.js'
import { Secret } from '../../runner/secret.js'

const folder = 'test/cases/vault'
const secretIn = (file: string) => new Secret(Buffer.from(readFileSync(join(folder, file), 'utf8').trim()))
const [right, other] = [secretIn('password'), secretIn('other-password')]

test('values and whole files that ansible-vault encrypted are decrypted, with the password that fits', t => {
  const inventory = loadInventory(join(folder, 'inventory.yml'), new Vault([other, right]))
  t.deepEqual(inventory.warnings, [])
  const [one, two] = ['node1', 'node2'].map(name => inventory.hosts.get(name)!.connection)
  t.is(one!.becomePassword?.reveal().toString(), 'canary-become-é')
  t.is(two!.becomePassword?.reveal().toString(), 'canary-whole-file')
  t.is(two!.user, 'canary-user')
  t.is(readClusters(inventory)[0]!.page, 'canary-page {node}')
  t.is(
    concealed('a canary-become-é, b canary-page {node}, c canary-user, d canary-in-a-list, e node1'),
    'a ********, b ********, c ********, d ********, e node1',
  )
})

test('without a password that fits, an encrypted value has no effect, and is refused if nothing can replace it', t => {
  for (const [vault, reason] of [
    [new Vault([]), 'no password was given'],
    [new Vault([other]), 'no given password decrypts it'],
  ] as const) {
    const inventory = loadInventory(join(folder, 'inventory.yml'), vault)
    t.is(inventory.hosts.get('node1')!.connection.becomePassword, undefined)
    t.is(inventory.warnings.length, 2)
    t.true(inventory.warnings.every(warning => warning.includes(reason)))
    t.regex(inventory.warnings[0]!, /group_vars\/web\.yml" is encrypted.*nothing in it counts$/)
    const { message, hint = '' } = t.throws(() => readClusters(inventory), { instanceOf: InventoryError })
    t.regex(message, /^expected a value, got one encrypted with !vault.*inventory\.yml" \(10:17\)/)
    t.regex(hint, /--vault-password-file/)
  }
})

test('an error in a decrypted file shows its place and none of its text', t => {
  const place = mkdtempSync(join(tmpdir(), 'ha-run-vault-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  const vault = new Vault([right])
  const file = join(place, 'site.yml')
  writeFileSync(file, readFileSync(join(folder, 'group_vars/web.yml')))
  const { message } = t.throws(() => loadInventory(file, vault), { instanceOf: InventoryError })
  t.regex(message, /"ansible_user".*|expected/)
  t.true(message.includes(file))
  t.notRegex(message, /canary/)
})

test('a damaged text is not decrypted', t => {
  const text = readFileSync(join(folder, 'group_vars/web.yml'), 'utf8')
  t.true(isVaulted(text))
  for (const damaged of [
    text.replace('30356365', '30356366'),
    text.slice(0, -20),
    text.replace('1.1', '1.3'),
    '$ANSIBLE_VAULT;1.1;AES256\n6233\n',
    '$ANSIBLE_VAULT;1.1;AES256\n',
  ])
    t.is(new Vault([right]).decrypt(damaged), undefined)
})

const noAnsible = spawnSync('ansible-vault', ['--version']).status === 0 ? undefined : 'ansible-vault is not installed'
const againstAnsible = noAnsible === undefined || process.env['HA_RUN_LAB'] === 'required' ? test : test.skip

againstAnsible('what Ansible encrypts is decrypted, whatever the text and the password', t => {
  const place = mkdtempSync(join(tmpdir(), 'ha-run-vault-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  const text = fc.string({ unit: 'grapheme', maxLength: 100 })
  const password = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(one => one.trim() === one)
  const samples = fc.sample(fc.record({ text, password }), { numRuns: 20, seed: 7 })
  // Ansible takes half a second to start: one process encrypts all.
  const program = `import json, sys
from ansible.parsing.vault import VaultLib, VaultSecret
samples = json.load(sys.stdin)
print(json.dumps([VaultLib([('x', VaultSecret(s['password'].encode()))]).encrypt(s['text'].encode(), vault_id='x').decode() for s in samples]))`
  const output = execFileSync('/usr/bin/python3', ['-c', program], { input: JSON.stringify(samples), encoding: 'utf8' })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by the program above
  const encrypted = JSON.parse(output) as string[]
  for (const [at, sample] of samples.entries())
    t.is(new Vault([new Secret(Buffer.from(sample.password))]).decrypt(encrypted[at]!), sample.text)
})
