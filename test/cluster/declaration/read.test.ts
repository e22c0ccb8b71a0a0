import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { InventoryError } from '../../../runner/errors.js'
import { loadInventory } from '../../../runner/inventory/load.js'
import { inventoryOf, testCases } from '../../inventory/cases.js'

testCases('declaration', folder => readClusters(loadInventory(inventoryOf(folder))))

const folder = mkdtempSync(join(tmpdir(), 'ha-run-declaration-'))
test.after.always(() => rmSync(folder, { recursive: true }))

/** The smallest inventory with more under `cluster:`, written as JSON, which is YAML. */
function read(more: object): Cluster | InventoryError {
  const file = join(folder, 'site.yml')
  writeFileSync(
    file,
    JSON.stringify({
      all: {
        vars: { cluster: { name: 'pacemaker1', floating_ip: '192.168.0.10/24', fencing: 'disabled', ...more } },
        hosts: { node1: { ansible_host: '192.168.0.1' }, node2: { ansible_host: '192.168.0.2' } },
      },
    }),
  )
  try {
    return readClusters(loadInventory(file))[0]!
  } catch (error) {
    if (error instanceof InventoryError) return error
    throw error
  }
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '\\',
        '$(id)',
        '`',
        '\n',
        '\r',
        '\t',
        '\0',
        '<',
        '>',
        '&',
        '--',
        ']]>',
        '{{',
        '}}',
        '{%',
        ' ',
        'é',
        '\u2028',
        '\ud800',
        '\uffff',
        '#',
        ': ',
      ),
      { maxLength: 8 },
    )
    .map(parts => parts.join('')),
)

/** Refused with a position, or there to the letter. */
function arrives(
  given: string,
  result: Cluster | InventoryError,
  take: (cluster: Cluster) => string | undefined,
): boolean {
  return result instanceof InventoryError
    ? / in ".*site\.yml" \(\d+:\d+\)/.test(result.message)
    : take(result) === given
}

test('a hostile parameter is refused or arrives unchanged', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(hostile, value => {
        const result = read({ resources: { WebSite: { params: { options: value } } } })
        return arrives(value, result, ({ resources }) => {
          const site = resources.find(({ id }) => id === 'WebSite')
          return site?.kind === 'primitive' ? site.params['options'] : undefined
        })
      }),
      { numRuns: 500 },
    ),
  )
})

test('what arrives as a parameter can stand in an XML attribute', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(hostile, value => {
        const result = read({ properties: { anything: value } })
        return (
          result instanceof InventoryError || !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(result.properties['anything'] ?? '')
        )
      }),
      { numRuns: 500 },
    ),
  )
})

test('a page arrives unchanged, whatever is in it', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(hostile, value => {
        const result = read({ page: value })
        return !(result instanceof InventoryError) && result.page === value
      }),
      { numRuns: 300 },
    ),
  )
})

test('a hostile id is refused, or is one that XML and a shell take as it is', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(hostile, value => {
        const result = read({ resources: { [value]: { agent: 'systemd:nginx' } } })
        return result instanceof InventoryError || /^[A-Za-z_][\w.-]*$/.test(value)
      }),
      { numRuns: 300 },
    ),
  )
})

test('a value of corosync.conf stays on its line', t => {
  t.notThrows(() =>
    fc.assert(
      fc.property(hostile, value => {
        const result = read({ corosync: { logging: { logfile: value } } })
        return (
          arrives(value, result, ({ corosync }) => corosync.logging['logfile']) &&
          (result instanceof InventoryError || !/[\n\r{}]/.test(value))
        )
      }),
      { numRuns: 300 },
    ),
  )
})

test('holds on packages: wanted, not wanted, or nobody said', t => {
  const said = (more: object) => {
    const cluster = read(more)
    return cluster instanceof InventoryError ? cluster.message : cluster.holdPackages
  }
  t.deepEqual([{ packages: { hold: true } }, { packages: { hold: false } }, { packages: {} }, {}].map(said), [
    true,
    false,
    undefined,
    undefined,
  ])
})
