import type { Fact } from './fact.js'

/** The hardware addresses of a node's interfaces, by interface name. Read without starting a process. */
export const hardwareAddresses: Fact<Map<string, string>> = {
  family: {
    name: 'hardware addresses',
    // An interface may disappear in between.
    script: () => `for file in /sys/class/net/*/address; do
  if { read -r mac <"$file"; } 2>/dev/null; then printf '%s %s\\n' "$file" "$mac"; elif [ -e "$file" ]; then printf 'unreadable %s\\n' "$file"; fi
done`,
    parse: ({ stdout }) => [hardwareAddressesIn(stdout)],
  },
  argument: '',
}

/** @returns an Error if a file cannot be read: a machine that answers by ARP would be taken for a foreign one. */
export function hardwareAddressesIn(output: string): Map<string, string> | Error {
  const unreadable = /^unreadable (.+)$/m.exec(output)?.[1]
  const addresses = new Map(
    [...output.matchAll(/^\/sys\/class\/net\/(.+)\/address (\S+)$/gm)].map(([, name = '', mac = '']) => [name, mac]),
  )
  if (unreadable === undefined && addresses.size > 0) return addresses
  return new Error(`cannot read ${unreadable ?? '/sys/class/net/*/address'}`)
}
