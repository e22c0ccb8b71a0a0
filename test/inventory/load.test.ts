import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { InventoryError } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { inventoryOf, testCases } from './cases.js'

testCases('inventory', folder => {
  const { hosts, groups, warnings } = loadInventory(inventoryOf(folder))
  return {
    warnings,
    groups: Object.fromEntries([...groups.values()].map(group => [group.name, group.hosts])),
    hosts: Object.fromEntries(
      [...hosts.values()].map(host => [
        host.name,
        { groups: host.groups, connection: host.connection(), vars: host.vars },
      ]),
    ),
  }
})

test('the error for a missing path names the example', t => {
  const error = t.throws(() => loadInventory('test/cases/nowhere'), { instanceOf: InventoryError })
  t.is(error.message, 'there is no inventory at "test/cases/nowhere"')
  t.regex(error.hint ?? '', /Copy inventory\/example\.yml/)
})

test('~ in the path of a key is the home directory', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-inventory-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'site.yml')
  writeFileSync(file, 'all:\n  hosts:\n    node1: { ansible_ssh_private_key_file: ~/.ssh/key }\n')
  t.is(loadInventory(file).hosts.get('node1')?.connection().keyFile, join(homedir(), '.ssh/key'))
})

test('origins have the position of the value that takes precedence', t => {
  const { hosts, groups } = loadInventory('test/cases/inventory/good-precedence/inventory.yml')
  const place = (name: string) => hosts.get('node1')?.origins[name]?.place.replace(/test.*good-precedence\//, '')
  t.is(place('who'), 'in "inventory.yml" (10:27)')
  t.is(place('in_files'), 'in "host_vars/node1.yaml" (1:11)')
  t.is(place('dir'), 'in "group_vars/web/20-second.yaml" (1:6)')
  t.is(groups.get('web')?.origin.place, 'in "test/cases/inventory/good-precedence/inventory.yml" (7:9)')
})

test('a thousand hosts with anchors load at once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-inventory-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'site.yml')
  // Each line doubles what the one before stands for: walked without care, this is 2^40 values.
  const lines = Array.from({ length: 40 }, (_, n) => `    a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)
  writeFileSync(
    file,
    ['all:', '  hosts: { "node[1:1000]": }', '  vars:', '    a0: &a0 [x, x]', ...lines, ''].join('\n'),
  )
  t.is(loadInventory(file).hosts.size, 1000)
})
