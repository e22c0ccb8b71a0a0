import type { ExecutionContext } from 'ava'
import { samplingAddress } from './address-samples.js'
import { fingerprint } from './fingerprint.js'
import type { SpecimenName } from './index.js'
import { adopted, changed, drilled, refused, repaired } from './taken-over.js'
import { onForeign, type LabSite } from '../site-harness.js'

/** Clusters that somebody else has built: each is what it is meant to be, and serves. */

/** What is particular about each. */
const expected: Record<SpecimenName, { ids: string; port: string; names: string; page?: RegExp; hasFencing?: true }> = {
  handBuilt: { ids: '1 2', port: '5415', names: 'node1 node2', page: /Our shop/ },
  tutorial: { ids: '3232235521 3232235522', port: '5405', names: 'node1 node2', page: /Site Teste - node[12]/ },
  byPcs: { ids: '1 2', port: '5405', names: 'node1 node2', hasFencing: true },
  unnamedKnet: { ids: '11 12', port: '5405', names: 'node1.example.net node2.example.net' },
}

const built = /somebody else has built it: nothing was changed/

/** What becomes of each where ha-run is pointed at it, with the smallest inventory and with the one that fits. */
const runs: Record<SpecimenName, (t: ExecutionContext, site: LabSite) => Promise<void>> = {
  async handBuilt(t, site) {
    await refused(t, site, site.lab.inventory, built)
    await adopted(t, site, site.lab.inventory)
    await changed(t, site)
    await drilled(t, site, site.lab.inventory)
  },
  async tutorial(t, site) {
    await refused(t, site, site.lab.inventory, built)
    await adopted(t, site, site.lab.inventory)
    await changed(t, site)
    await repaired(
      t,
      site,
      await site.inventory('declared.yml', cluster => {
        cluster['resources'] = { FloatIP: {}, WebSite: { op: { monitor: '60s' } } }
        cluster['constraints'] = {
          colocation: { 'WebSite-with-FloatIP': { resource: 'WebSite', with: 'FloatIP' } },
          order: { 'FloatIP-before-WebSite': { first: 'FloatIP', then: 'WebSite' } },
        }
      }),
    )
  },
  async byPcs(t, site) {
    await refused(
      t,
      site,
      site.lab.inventory,
      /fencing works, by fence_nodes, and `fencing: disabled` would switch it off: write `fencing: kept`/,
    )
    await adopted(
      t,
      site,
      await site.inventory('kept.yml', cluster => {
        cluster['fencing'] = 'kept'
      }),
    )
  },
  async unnamedKnet(t, site) {
    await refused(
      t,
      site,
      site.lab.inventory,
      /cannot be adopted, and nothing was changed: .*Pacemaker calls node1 .{1,2}node1\.example\.net.*an inventory cannot have node names with a dot yet/,
    )
  },
}

/** Declares the test of one of them: it is what it is meant to be, and ha-run does it no harm. */
export function testSpecimen(specimen: SpecimenName): void {
  onForeign(specimen, 'forms, serves, and comes to no harm by ha-run', async (t, site) => {
    const { ids, port, names, page, hasFencing } = expected[specimen]
    const before = await fingerprint(site)
    const samples = await samplingAddress(site, async () => {
      // From the node that does not have the address.
      const [holding] = await site.onAll('ip -o -4 addr show to 192.168.0.10/32')
      const other = holding === '' ? 'node1' : 'node2'
      await site.on(other, 'ping -q -c 3 -i 0.3 -W 2 192.168.0.10')
      if (page) t.regex(await site.on(other, 'curl -sf -m 5 http://192.168.0.10/'), page)
    })
    t.like(samples, { twiceMs: 0, noneMs: 0 })
    t.is(samples.holders.length, 1)
    t.deepEqual(await fingerprint(site), before, 'nothing changes by itself')

    for (const { name } of site.lab.nodes) {
      t.is(before[name]!['node ids'], ids)
      t.regex(before[name]!['UDP ports of corosync']!, new RegExp(`:${port}\\b`))
    }
    t.is((await site.on('node1', `crm_node -l | awk '$3 == "member" { print $2 }' | sort | xargs`)).trim(), names)
    t.is(before['cluster']!['CIB']!.includes('class="stonith"'), hasFencing ?? false)
    t.false(before['cluster']!['CIB']!.includes('dc-deadtime'))
    t.log(`${samples.samples} samples, at most ${samples.longestGapMs} ms apart`)
    await runs[specimen](t, site)
  })
}
