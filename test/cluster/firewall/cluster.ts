import type { Cluster, ConfValues } from '../../../runner/cluster/declaration/declaration.js'
import { clusterOf } from '../../roles/corosync/cluster.js'

interface Short {
  nodes?: number
  /** The addresses of the nodes on link 1. */
  link1?: string[]
  interface?: ConfValues[]
  transport?: Cluster['corosync']['transport']
  servesPage?: boolean
}

/** A declared cluster with the floating IP 192.168.0.10, and what matters to a firewall. */
export function declaredCluster({ nodes = 2, link1, transport, servesPage = true, ...more }: Short): Cluster {
  const corosync = {
    ...(transport && { transport, crypto_cipher: 'none', crypto_hash: 'none' }),
    ...(more.interface && { interface: more.interface }),
    ...(link1 && { links: [Object.fromEntries(link1.map((address, at) => [`node${at + 1}`, address]))] }),
  }
  return clusterOf({ corosync, ...(!servesPage && { resources: { WebSite: false } }) }, nodes)
}
