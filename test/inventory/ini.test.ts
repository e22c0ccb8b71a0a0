import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { InventoryError } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { listed, listedByAnsible, withoutAnsible, type Listing } from './ansible.js'

/** Inventories as people have them: `expected.json` is what ha-run makes of them, and Ansible too. */

const root = 'test/cases/ini'
const names = readdirSync(root).sort()

/** The inventories of a case, in the order of `-i`: everything in it but `expected.json` and what stands beside an inventory. */
function inventoriesOf(name: string): string[] {
  return readdirSync(join(root, name))
    .filter(entry => !/^(expected\.json|group_vars|host_vars)$/.test(entry))
    .sort()
    .map(entry => join(root, name, entry))
}

const expectedOf = (name: string): unknown => JSON.parse(readFileSync(join(root, name, 'expected.json'), 'utf8'))
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

for (const name of names) {
  test(`ini/${name}`, t => t.deepEqual(asJson(listed(loadInventory(inventoriesOf(name)))), expectedOf(name)))
}

const withAnsible = withoutAnsible === null ? test : test.skip

withAnsible('Ansible makes the same of each of them', t => {
  const listings = listedByAnsible(names.map(inventoriesOf))
  for (const [index, name] of names.entries()) t.deepEqual(listings[index], expectedOf(name), name)
})

const value = fc.oneof(
  fc.constantFrom(
    'pi',
    '192.168.0.1',
    '2222',
    '0644',
    '1.10',
    '007',
    '0o17',
    '0x1f',
    '1_000',
    '-5',
    '+5',
    '1e3',
    '.5',
    '00',
  ),
  fc.constantFrom(
    'True',
    'False',
    'true',
    'yes',
    'None',
    '""',
    "''",
    '"a b"',
    "'-o ProxyJump=bastion'",
    '\\"quoted\\"',
  ),
  fc.constantFrom(
    '[1,2]',
    '"[1, \'a\']"',
    "\"{'a': {'b': [1, 2]}}\"",
    '{"a":1}',
    '(1,)',
    '1,2',
    '"1 # c"',
    'a#b',
    'a;b',
    'a=b',
  ),
  fc.constantFrom(
    "'a''b'",
    "\"'a' 'b'\"",
    '"\'\\\\n\'"',
    '"r\'\\d\'"',
    '"  5"',
    'ü',
    '5ü',
    '9007199254740993',
    '-True',
    '(1)',
  ),
  fc.string({ unit: fc.constantFrom(...'0012abeExTu\'"[](){},:=+-._#; \\'.split('')), maxLength: 10 }),
)
const assignment = fc
  .tuple(fc.constantFrom('a', 'b', 'ansible_host', 'ansible_port'), value)
  .map(pair => pair.join('='))
const group = fc.constantFrom('g1', 'g2', 'g3', 'g-4', 'all', 'ungrouped')
const host = fc.constantFrom(
  ...['n1', 'n2', 'n3', 'n1:2222', 'n[1:3]', 'n[01:03]', 'n[0:4:2]', '[a:c].example.com', 'r[1:2]-n[A:B]', 'n[1:2]:22'],
  ...['2001:db8::1', '[2001:db8::2]:22', '192.168.0.9', 'pi@n1', '[n4]:22', '"n5"'],
)
const space = fc.constantFrom(' ', '  ', '\t')
const comment = fc.constantFrom('', '', '', ' # a comment', '  ')
const joined = (parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map(texts => texts.join(''))
const hostLine = fc
  .tuple(host, fc.array(joined([space, assignment]), { maxLength: 3 }), comment)
  .map(([name, rest, end]) => [name, ...rest, end].join(''))
const equals = fc.constantFrom('=', ' = ', '= ', ' =')
const variableLine = joined([fc.constantFrom('a', 'b', 'c d'), equals, value, comment])
const empty = fc.constantFrom('', '# comment', '; comment', '   ', '  # indented')
const lines = (line: fc.Arbitrary<string>) =>
  fc.array(fc.oneof({ weight: 5, arbitrary: line }, empty), { maxLength: 4 })
const section = fc.oneof(
  fc.tuple(group, lines(hostLine)).map(([name, inner]) => [`[${name}]`, ...inner]),
  fc.tuple(group, lines(variableLine)).map(([name, inner]) => [`[${name}:vars]  # of the group`, ...inner]),
  // A loop is an error for both, and nothing else in the file is compared then: few children, and upwards.
  fc.constantFrom(['[g1:children]', 'g2'], ['[g2:children]', 'g3 # why'], ['[g1:children]', 'g3', 'g-4'], ['[g3]']),
)
const inventory = fc
  .tuple(lines(hostLine), fc.array(section, { maxLength: 6 }), fc.constantFrom('\n', '\r\n'))
  .map(([first, sections, end]) => [...first, ...sections.flat(), ''].join(end))

withAnsible('ha-run reads generated INI inventories as Ansible does', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-ini-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const texts = fc.sample(inventory, 300)
  const files = texts.map((text, index) => {
    mkdirSync(join(folder, String(index)))
    const file = join(folder, String(index), 'hosts.ini')
    writeFileSync(file, text)
    return file
  })
  let equal = 0
  for (const [index, ansible] of listedByAnsible(files.map(file => [file])).entries()) {
    const ours = listingOrError(files[index]!)
    if ('error' in ansible) {
      // ha-run takes the few texts for which Ansible stops with a defect of its own as texts.
      if (!/unhashable/.test(ansible.error)) t.true('error' in ours, `${texts[index]}\n${ansible.error}`)
    }
    // A variable without a name, and a file of comments alone, are errors for ha-run.
    else if (Object.values(ansible.hosts).some(vars => '' in vars)) t.true('error' in ours, texts[index])
    else if ('error' in ours) t.regex(ours.error, /got an empty file/, texts[index])
    else {
      equal++
      t.deepEqual(asJson(comparable(ours, ansible)), ansible, texts[index])
    }
  }
  t.true(equal > 50, `only ${equal} of ${texts.length} were inventories`)
})

function listingOrError(file: string): Listing | { error: string } {
  try {
    return listed(loadInventory(file))
  } catch (error) {
    if (error instanceof InventoryError) return { error: error.message }
    throw error
  }
}

/** Our listing, with Ansible's value in the place of each that JSON or JavaScript cannot have. */
function comparable({ groups, hosts }: Listing, ansible: Listing): Listing {
  const known = (name: string, vars: Record<string, unknown>) =>
    Object.entries(vars).map(([variable, ours]) => {
      const theirs = ansible.hosts[name]?.[variable]
      return [variable, JSON.stringify(theirs)?.includes('{"unsupported":true}') ? theirs : ours]
    })
  return {
    groups,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, vars]) => [name, Object.fromEntries(known(name, vars))]),
    ),
  }
}
