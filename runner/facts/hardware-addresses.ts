import { fact, type Fact } from './fact.js'

/** The hardware addresses of a node's interfaces, by their names. Read without starting a process. */
export const hardwareAddresses: Fact<Map<string, string>> = fact(
  'hardware addresses',
  `for file in /sys/class/net/*/address; do { read -r mac <"$file"; } 2>/dev/null && printf '%s %s\\n' "$file" "$mac"; done; :`,
  ({ stdout }) => new Map([...stdout.matchAll(/^\/sys\/class\/net\/(.+)\/address (\S+)$/gm)].map(([, name = '', mac = '']) => [name, mac])),
)
