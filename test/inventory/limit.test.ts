import test from 'ava'
import { UsageError } from '../../runner/errors.js'
import { selectHosts } from '../../runner/inventory/limit.js'
import { loadInventory } from '../../runner/inventory/load.js'

const inventory = loadInventory('test/cases/limit/inventory.yml')

const selects = test.macro({
  exec: (t, pattern: string, names: string) => t.is(selectHosts(inventory, pattern).join(' '), names),
  title: (_, pattern: string) => `"${pattern}"`,
})

for (const [pattern, names] of [
  ['all', 'web1 web2 web3 db1 db2 alone'],
  ['*', 'web1 web2 web3 db1 db2 alone'],
  ['web1', 'web1'],
  ['web', 'web1 web2 web3'],
  ['db:web1', 'web1 db1 db2'],
  ['web1,db1', 'web1 db1'],
  ['web1, db1', 'web1 db1'],
  ['db2:db1', 'db1 db2'],
  ['web:!web2', 'web1 web3'],
  ['!web2:web', 'web1 web3'],
  ['!web', 'db1 db2 alone'],
  ['web:&rack1', 'web1'],
  ['&rack1', 'web1 db1'],
  ['web:db:&rack1:!db1', 'web1'],
  ['web*', 'web1 web2 web3'],
  ['*1', 'web1 db1'],
  ['web?', 'web1 web2 web3'],
  ['web[1-2]', 'web1 web2'],
  ['web[!1]', 'web2 web3'],
  ['d*:!*2', 'db1'],
  ['rack*', 'web1 web2 db1'],
  ['ungrouped', 'alone'],
  ['site', 'web1 web2 web3 db1 db2'],
] as const) {
  test(selects, pattern, names)
}

const refuses = test.macro({
  exec(t, pattern: string, message: string, hint: string | undefined) {
    const error = t.throws(() => selectHosts(inventory, pattern), { instanceOf: UsageError })
    t.is(error.message, message)
    t.is(error.hint, hint)
  },
  title: (_, pattern: string) => `refuses "${pattern}"`,
})

const everybody = 'Hosts: web1, web2, web3, db1, db2, alone.'
const every = 'Hosts and groups: web1, web2, web3, db1, db2, alone, all, site, web, db, rack1, rack2, ungrouped.'
for (const [pattern, message, hint] of [
  ['wbe', 'no host or group matches "wbe"', 'Did you mean "web"?'],
  ['web:!ewb2', 'no host or group matches "ewb2" in the pattern "web:!ewb2"', 'Did you mean "web2"?'],
  ['raspberrypi', 'no host or group matches "raspberrypi"', every],
  ['x*', 'no host or group matches "x*"', every],
  ['web[z-a]', 'no host or group matches "web[z-a]"', every],
  ['web[0]', 'no host or group matches "web[0]"', 'Positions such as web[0] are not supported: name the host.'],
  ['web:!web', 'the pattern "web:!web" selects no host', everybody],
  ['alone:&web', 'the pattern "alone:&web" selects no host', everybody],
  ['', 'expected a host pattern such as web:!node2, got ""', undefined],
  ['web::db', 'expected a host pattern such as web:!node2, got "web::db"', undefined],
  ['web:!', 'expected a host pattern such as web:!node2, got "web:!"', undefined],
] as const) {
  test(refuses, pattern, message, hint)
}
