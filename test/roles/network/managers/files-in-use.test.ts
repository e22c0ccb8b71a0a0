import test from 'ava'
import { z } from 'zod'
import { isAsDeclared } from '../../../../roles/network/managers/manager.js'
import { managersOf } from '../../../../roles/network/managers/index.js'
import { casesIn } from '../cases.js'

const filesCase = z.strictObject({
  /** The text of each file by its path. */
  files: z.record(z.string(), z.string()),
  /** The file that the manager reports to be in use. */
  active: z.string().optional(),
  network: z
    .strictObject({ address: z.string(), prefix: z.number(), gateway: z.string().optional(), dns: z.array(z.string()) })
    .default({ address: '192.168.0.1', prefix: 24, dns: [] }),
  /** The address over which ha-run is connected. */
  connectedTo: z.string().default('192.168.0.9'),
  /** Either why nothing is edited, or … */
  refused: z.string().optional(),
  /** … the file that gets the addressing, */
  path: z.string().optional(),
  /** the file in use, if the new one is split off from it, */
  splitFrom: z.string().optional(),
  /** and the new text; absent: nothing changes. */
  written: z.string().optional(),
})

for (const name of ['networkd', 'networkmanager'] as const) {
  const manager = managersOf(4)[name]
  for (const [title, data] of casesIn(`${name}-files`, filesCase)) {
    test(title, t => {
      const { network, active } = data
      const files = Object.entries(data.files).map(([path, text]) => ({ path, text }))
      const up = { iface: 'eth0', logical: 'eth0' }
      const preferred = [network.address, data.connectedTo]
      t.is(manager.refusal?.(files, up, network, preferred, active), data.refused)
      if (data.refused !== undefined) return
      const path = manager.path('eth0', files, active, preferred)
      t.is(path, data.path ?? '')
      const present = data.files[path]
      const start = present === undefined ? manager.startingText?.('eth0', files, active) : undefined
      t.is(start?.splitFrom, data.splitFrom)
      const text = present ?? start?.text
      t.is(isAsDeclared(manager.read(text, 'eth0', preferred), network), data.written === undefined)
      const written = manager.write(text, 'eth0', network, preferred)
      t.is(written, data.written ?? text ?? '')
      if (data.written === undefined) return
      // Once it is written, it is found, although the manager still reports the former file until the next boot.
      const now = [...files.filter(file => file.path !== path), { path, text: written }]
      t.is(manager.path('eth0', now, active, preferred), path)
      t.is(manager.refusal?.(now, up, network, preferred, active), undefined)
      t.is(manager.path('eth0', now, path, preferred), path)
      t.is(manager.write(written, 'eth0', network, preferred), written)
    })
  }
}
