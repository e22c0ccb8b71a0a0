import { sh } from '../../../runner/ssh/quote.js'

/** The table of nftables in which a drill drops packets. It is in no file, so that a reboot ends it too. */
export const table = 'ha-run-drill'

export const restorePackets = `nft delete table inet ${table} 2>/dev/null; :`

export const needsNft = { test: 'command -v nft', missing: 'nft is not installed: `apt install nftables`' }

/**
 * Drops what this node sends to a host, whose name is looked up first.
 *
 * @param matches - what is dropped, each as the end of a rule of nft.
 */
export function dropPacketsTo(host: string, matches: string[]): string {
  const rules = matches.map(match => `\${family} daddr \${address} ${match} drop`).join('\n')
  return `rules=
for address in $(${sh`getent ahosts ${host}`} | cut -d' ' -f1 | sort -u); do
  case $address in *:*) family=ip6 ;; *) family=ip ;; esac
  rules="$rules
${rules}"
done
[ -n "$rules" ] || { ${sh`echo ${`${host} has no address on this node`}`} >&2; exit 1; }
nft -f - <<NFT
table inet ${table} {
  chain output { type filter hook output priority -300; $rules
  }
}
NFT`
}
