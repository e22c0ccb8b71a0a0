import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import type { Fault } from './way.js'

const table = 'ha-run-drill'

/** The ring's cable is pulled: what Corosync sends and receives is dropped, on all its links. Everything else goes on. */
export const cut: Fault = {
  words: ({ cluster }) => `has its ring cut: nftables drops UDP ${ports(cluster).join(', ')} both faults`,
  fault: ({ cluster }) => `nft -f - <<'NFT'
table inet ${table} {
  chain input { type filter hook input priority -300; udp dport { ${ports(cluster).join(', ')} } drop; }
  chain output { type filter hook output priority -300; udp dport { ${ports(cluster).join(', ')} } drop; }
}
NFT`,
  undo: () => `nft delete table inet ${table} 2>/dev/null; :`,
  end: () => 'elsewhere',
  takesPart: () => false,
  needs: { test: 'command -v nft', missing: 'nft is not installed: `apt install nftables`' },
}

/** Knet has a port for each link, counted from 5405; udp and udpu send from the one below (corosync.conf(5), mcastport). */
export function ports({ nodes, corosync: { transport } }: Pick<Cluster, 'nodes' | 'corosync'>): number[] {
  const links = Math.max(...nodes.map(({ links: addresses }) => addresses.length))
  return transport === 'knet' ? Array.from({ length: links }, (_, link) => 5405 + link) : [5404, 5405]
}
