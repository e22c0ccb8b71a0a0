import test from 'ava'
import { z } from 'zod'
import { managerNames, type Addressing } from '../../../../roles/network/managers/manager.js'
import { managersOf } from '../../../../roles/network/managers/index.js'
import { familyOf } from '../../../../runner/ip-address.js'
import { casesIn } from '../cases.js'

const managerCase = z.strictObject({
  /** Absent: there is no file. */
  file: z.string().optional(),
  network: z.strictObject({
    address: z.string(),
    prefix: z.number(),
    gateway: z.string().optional(),
    dns: z.array(z.string()),
  }),
  /** The addresses to look for in a file with several. Absent: the declared one. */
  preferred: z.array(z.string()).optional(),
  written: z.string(),
  read: z.strictObject({
    address: z.string().optional(),
    prefix: z.number().optional(),
    gateway: z.string().optional(),
    dns: z.array(z.string()).optional(),
    faults: z.array(z.strictObject({ setting: z.string(), from: z.string().optional(), to: z.string() })).optional(),
  }),
})

for (const name of managerNames) {
  for (const [title, { file, network, preferred = [network.address], written, read: expected }] of casesIn(
    name,
    managerCase,
  )) {
    test(title, t => {
      const { read, write } = managersOf(familyOf(network.address)!)[name]
      t.deepEqual(defined(read(file, 'eth0', preferred)), defined(expected))
      t.is(write(file, 'eth0', network, preferred), written)
      t.is(write(written, 'eth0', network, preferred), written)
      const now = read(written, 'eth0', preferred)
      t.is(`${now.address}/${now.prefix}`, `${network.address}/${network.prefix}`)
    })
  }
}

/** Without the fields that are undefined. */
function defined(found: Addressing): Record<string, unknown> {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}
