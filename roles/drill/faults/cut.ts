import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { needsNft, restorePackets, table } from './drop-packets.js'
import type { Fault } from './fault.js'

/**
 * Simulates a pulled cable on all of Corosync's links: its packets are dropped in both directions. All other traffic passes, to the
 * fencing devices too: each side tries to fence the other one.
 */
export const cut: Fault = {
  describe: ({ cluster }) =>
    `is cut off from the ring: nftables drops UDP ${ports(cluster).join(', ')} in both directions`,
  injectScript: ({ cluster }) => `nft -f - <<'NFT'
table inet ${table} {
  chain input { type filter hook input priority -300; udp dport { ${ports(cluster).join(', ')} } drop; }
  chain output { type filter hook output priority -300; udp dport { ${ports(cluster).join(', ')} } drop; }
}
NFT`,
  undoScript: () => restorePackets,
  recovery: ({ fencing }) => (fencing ? 'fenced' : 'elsewhere'),
  takesPart: ({ fencing }) => fencing !== undefined,
  isRace: true,
  prerequisite: needsNft,
}

/** Knet uses one port per link, from 5405 up; udp and udpu also send from the port below (corosync.conf(5), mcastport). */
export function ports({ nodes, corosync: { transport } }: Pick<Cluster, 'nodes' | 'corosync'>): number[] {
  const links = Math.max(...nodes.map(({ links: addresses }) => addresses.length))
  return transport === 'knet' ? Array.from({ length: links }, (_, link) => 5405 + link) : [5404, 5405]
}
