import { familyOf, isLinkLocal } from '../ip-address.js'
import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

/** The addresses to which a node resolves a host name, by its own /etc/hosts, DNS, or what else its nsswitch.conf names. */
export function resolvedName(name: string): Fact<string[]> {
  return { family: names, argument: name }
}

/** A DNS server that does not answer costs glibc 10 s: two attempts of 5 s each (resolv.conf(5)). */
const timeoutSeconds = 12

const names: Family<string[]> = {
  name: 'names as addresses',
  waits: true,
  // All names at once, since each may wait for a server. `sed` writes the few lines of a name in one piece.
  script: wanted =>
    [
      ...wanted.map(name => sh`timeout ${timeoutSeconds} getent ahosts ${name} | sed ${`s/^/${name} /`} &`),
      'wait',
    ].join('\n'),
  parse({ stdout }, wanted) {
    const lines = stdout.split('\n').map(line => line.split(/\s+/))
    return wanted.map(name => [
      ...new Set(
        lines.flatMap(([of, address = '']) =>
          of === name && familyOf(address) !== undefined && !isLinkLocal(address) ? address : [],
        ),
      ),
    ])
  },
}
