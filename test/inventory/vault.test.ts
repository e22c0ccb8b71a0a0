import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { concealed } from '../../runner/concealed.js'
import { InventoryError } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { isVaulted, Vault, type VaultPassword } from '../../runner/inventory/vault.js'
import { Secret } from '../../runner/secret.js'
import { folderOf } from '../cli/ha-run.js'
import { vaultText } from './vault-text.js'

const folder = 'test/cases/vault'
const secretIn = (file: string) => new Secret(Buffer.from(readFileSync(join(folder, file), 'utf8').trim()))
const [right, other] = [secretIn('password'), secretIn('other-password')]

test('values and whole files that ansible-vault encrypted are decrypted, with the password that fits', t => {
  const inventory = loadInventory(join(folder, 'inventory.yml'), new Vault([other, right]))
  t.deepEqual(inventory.warnings, [])
  const [one, two] = ['node1', 'node2'].map(name => inventory.hosts.get(name)!.connection())
  t.is(one!.becomePassword?.reveal().toString(), 'canary-become-é')
  t.is(two!.becomePassword?.reveal().toString(), 'canary-whole-file')
  t.is(two!.user, 'canary-user')
  t.is(readClusters(inventory)[0]!.page, 'canary-page {node}')
  t.is(
    concealed('a canary-become-é, b canary-page {node}, c canary-user, d canary-in-a-list, e node1'),
    'a ********, b ********, c ********, d ********, e node1',
  )
})

test('an INI inventory that ansible-vault encrypted is decrypted, and hidden in all output', t => {
  const directory = mkdtempSync(join(tmpdir(), 'ha-run-vault-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'hosts')
  const load = (text: string, password: Secret) => {
    writeFileSync(file, vaultText(text, right.reveal().toString()))
    return loadInventory(file, new Vault([password]))
  }
  const { hosts } = load("node1 note=canary-host\n[all:vars]\nother = ['canary-ini-list', 42]\n", right)
  t.deepEqual(hosts.get('node1')!.vars, { note: 'canary-host', other: ['canary-ini-list', 42] })
  t.is(concealed('canary-host canary-ini-list node1'), '******** ******** node1')
  const broken = t.throws(() => load('node1 canary-word canary-more\n', right), { instanceOf: InventoryError })
  t.notRegex(broken.message, /canary/)
  t.regex(broken.message, /hosts" \(1:7\)$/)
  t.throws(() => load('node1\n', other), { instanceOf: InventoryError, message: /no given password decrypts/ })
})

test('without a password, an encrypted value has no effect, and is refused if nothing can replace it', t => {
  const inventory = loadInventory(join(folder, 'inventory.yml'), new Vault([]))
  t.is(inventory.hosts.get('node1')!.connection().becomePassword, undefined)
  t.is(inventory.warnings.length, 2)
  t.true(inventory.warnings.every(warning => warning.includes('no password was given')))
  t.regex(inventory.warnings[0]!, /group_vars\/web\.yml" is encrypted.*nothing in it counts$/)
  const { message, hint = '' } = t.throws(() => readClusters(inventory), { instanceOf: InventoryError })
  t.regex(message, /^expected a value, got one encrypted with !vault.*inventory\.yml" \(10:17\)/)
  t.regex(hint, /--vault-password-file/)
})

test('a wrong password is an error that names the encrypted file, or the value that is needed', t => {
  const vault = new Vault([other])
  const whole = t.throws(() => loadInventory(join(folder, 'inventory.yml'), vault), { instanceOf: InventoryError })
  t.regex(whole.message, /^no given password decrypts this file.*group_vars\/web\.yml" \(1:1\)/)
  t.regex(whole.hint ?? '', /--vault-password-file/)
  const copy = folderOf(t)
  writeFileSync(join(copy, 'site.yml'), readFileSync(join(folder, 'inventory.yml')))
  const value = t.throws(() => readClusters(loadInventory(copy, vault)), { instanceOf: InventoryError })
  t.regex(value.message, /^expected a value, got one encrypted with !vault that no given password decrypts.*\(10:17\)/)
})

test('a variable that refers to one in an encrypted file has its value, as vault_ variables of Ansible users do', t => {
  const copy = folderOf(t)
  mkdirSync(join(copy, 'group_vars'))
  writeFileSync(
    join(copy, 'group_vars/all.yml'),
    vaultText('vault_sudo: "{{ vault_both }}"\nvault_both: canary-reference\nloop: "{{ loop }}"\n', 'first password'),
  )
  writeFileSync(
    join(copy, 'site.yml'),
    `all:
  hosts:
    node1: { ansible_become_password: "{{ vault_sudo }}", ansible_password: '{{vault_both}}' }
    node2: { ansible_become_password: "{{ vault_other }}", ansible_password: "x{{ vault_both }}" }
    node3: { ansible_become_password: "{{ loop }}" }
`,
  )
  const password = { label: 'first', read: () => new Secret(Buffer.from('first password')) }
  const { hosts, warnings } = loadInventory(copy, new Vault([password]))
  const [one, two, three] = ['node1', 'node2', 'node3'].map(name => hosts.get(name)!.connection())
  t.is(one!.becomePassword?.reveal().toString(), 'canary-reference')
  t.is(one!.password?.reveal().toString(), 'canary-reference')
  for (const other of [two!.becomePassword, two!.password, three!.becomePassword]) t.is(other, undefined)
  t.true(warnings.every(warning => warning.includes('ha-run does not evaluate Jinja')))
  t.is(concealed('canary-reference'), '********')
})

test('the password with the label of a text is tried first, and each is read once, when it is needed', t => {
  const read: string[] = []
  const noted = (password: string, label?: string): VaultPassword => ({
    label,
    read: () => {
      read.push(password)
      return new Secret(Buffer.from(password))
    },
  })
  const vault = new Vault([noted('wrong'), noted('right', 'dev')])
  t.deepEqual(read, [])
  t.is(vault.decrypt(vaultText('x', 'right', 'dev')), 'x')
  t.deepEqual(read, ['right'])
  t.is(vault.decrypt(vaultText('y', 'right', 'prod')), 'y')
  t.is(vault.decrypt(vaultText('z', 'right')), 'z')
  t.deepEqual(read, ['right', 'wrong'])
})

// Made by ansible-vault of ansible-core 2.14.18, each beside the text that it encrypted.
const files = readdirSync(join(folder, 'files')).filter(name => name.endsWith('.vault'))
for (const file of files) {
  test(`decrypts what ansible-vault encrypted: ${file}`, t => {
    const passwords = ['first password', 'other password'].map(text => new Secret(Buffer.from(text)))
    const [text, plain] = ['.vault', '.txt'].map(end =>
      readFileSync(join(folder, 'files', file.replace('.vault', end)), 'utf8'),
    )
    t.is(new Vault(passwords).decrypt(text!), plain)
  })
}

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
