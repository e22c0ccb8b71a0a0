import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster, ConfValues } from '../../../runner/cluster/declaration/declaration.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { loadInventory } from '../../../runner/inventory/load.js'

interface Short {
  /** The addresses of each node, link 0 first. */
  links?: string[][]
  interface?: ConfValues[]
  transport?: Cluster['corosync']['transport']
  servesPage?: boolean
}

/** A declared cluster with the floating IP 192.168.0.10. */
export function clusterOf({
  links = [['192.168.0.1'], ['192.168.0.2']],
  transport,
  servesPage = true,
  ...more
}: Short): Cluster {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-cluster-'))
  try {
    const inventory = join(folder, 'site.yml')
    const hosts = links.map(([address], at) => [`node${at + 1}`, { ansible_host: address }])
    const others = (links[0] ?? []).slice(1).map((_, at) => links.map((all, node) => [`node${node + 1}`, all[at + 1]]))
    const corosync = {
      ...(transport && { transport, crypto_cipher: 'none', crypto_hash: 'none' }),
      ...(more.interface && { interface: more.interface }),
      ...(others.length > 0 && { links: others.map(link => Object.fromEntries(link)) }),
    }
    const cluster = {
      name: 'pacemaker1',
      floating_ip: '192.168.0.10/24',
      fencing: 'disabled',
      corosync,
      ...(!servesPage && { resources: { WebSite: false } }),
    }
    writeFileSync(inventory, JSON.stringify({ all: { vars: { cluster }, hosts: Object.fromEntries(hosts) } }))
    const [declared] = readClusters(loadInventory(inventory))
    if (!declared) throw new Error('no cluster')
    return declared
  } finally {
    rmSync(folder, { recursive: true })
  }
}
