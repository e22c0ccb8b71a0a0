/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { addressUse, addressUseOf } from '../../runner/facts/address-use.js'

/** What `ip -o -4 addr show to` and `ip neigh show to` print, and who has the address. */
const schema = z.strictObject({
  own: z.string(),
  neighbour: z.string(),
  use: z.strictObject({ interface: z.string().optional(), mac: z.string().optional() }),
})

const folder = join('test', 'cases', 'facts', 'address-use')
for (const file of readdirSync(folder).toSorted()) {
  const { own, neighbour, use } = schema.parse(load(readFileSync(join(folder, file), 'utf8')))
  test(`use of an address: ${file.replace('.yml', '')}`, t => t.deepEqual(addressUseOf(own, neighbour), use))
}

test('the script is valid sh, and each address has its own answer', t => {
  const { family } = addressUse('192.168.0.10')
  t.is(spawnSync('sh', ['-n'], { input: family.script(['192.168.0.10', '192.168.0.11']) }).stderr.toString(), '')
  const stdout = [
    '2: eth0    inet 192.168.0.10/24 scope global eth0\n',
    '',
    '',
    '192.168.0.11 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE',
    '',
  ].join('\0')
  t.deepEqual(family.parse({ stdout } as never, ['192.168.0.10', '192.168.0.11']), [
    { interface: 'eth0' },
    { mac: '02:00:00:00:00:01' },
  ])
})
