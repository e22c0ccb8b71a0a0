import { UsageError } from '../errors.js'
import { matchesGlob } from '../glob.js'
import { failedHosts } from './failed-hosts.js'
import { didYouMean } from './nearest.js'
import type { Inventory } from './site.js'

/** One part of a pattern: `web`, `!node2` or `&rack1`. */
interface PatternPart {
  kind: 'add' | 'exclude' | 'intersect'
  name: string
}

/**
 * The names of the hosts that an Ansible pattern selects, in the order of the inventory. A pattern has names of hosts and
 * groups and globs of them, joined by `:` or `,`; `!` excludes and `&` intersects, in any position. `failed@FILE` are the hosts of
 * the clusters that failed in a recorded run.
 *
 * Throws a UsageError for a part that matches nothing and for a pattern that selects no host.
 */
export function selectHosts(inventory: Inventory, pattern: string): string[] {
  const parts = parsePattern(pattern)
  const of = (kind: PatternPart['kind']) =>
    parts.filter(part => part.kind === kind).map(({ name }) => hostsOf(inventory, name, pattern))
  const added = of('add')
  // As in Ansible: "!node2" alone means all but node2.
  const selected = new Set(added.length > 0 ? added.flatMap(names => [...names]) : inventory.hosts.keys())
  const kept = of('intersect')
  const excluded = of('exclude')
  const names = [...inventory.hosts.keys()].filter(
    name => selected.has(name) && kept.every(set => set.has(name)) && !excluded.some(set => set.has(name)),
  )
  if (names.length === 0) {
    throw new UsageError(`the pattern "${pattern}" selects no host`, {
      hint: `Hosts: ${[...inventory.hosts.keys()].join(', ')}.`,
    })
  }
  return names
}

/** Those of the hosts that a pattern selects which it names, by themselves or by a group: `all` and `*` name none. */
export function namedHosts(inventory: Inventory, pattern: string): Set<string> {
  const names = parsePattern(pattern).flatMap(({ kind, name }) =>
    kind === 'add' && name !== 'all' && name !== '*' ? [...hostsOf(inventory, name, pattern)] : [],
  )
  return new Set(selectHosts(inventory, pattern).filter(name => names.includes(name)))
}

/** Splits a pattern into its parts. Throws a UsageError if it is not valid. */
export function parsePattern(pattern: string): PatternPart[] {
  // A colon in brackets belongs to a character class.
  const parts = pattern.split(/[,:](?![^[]*\])/).map(part => part.trim())
  return parts.map(part => {
    const sign = /^[!&]/.exec(part)?.[0]
    const name = sign === undefined ? part : part.slice(1).trim()
    if (name === '') throw new UsageError(`expected a host pattern such as web:!node2, got "${pattern}"`)
    return { kind: sign === '!' ? 'exclude' : sign === '&' ? 'intersect' : 'add', name }
  })
}

function hostsOf({ hosts, groups }: Inventory, name: string, pattern: string): Set<string> {
  const recorded = /^failed@(.+)$/.exec(name)?.[1]
  if (recorded !== undefined) return failedHosts(recorded)
  const isGlob = /[*?[]/.test(name)
  const matching = (names: Iterable<string>) =>
    [...names].filter(candidate => (isGlob ? matchesGlob(candidate, name) : candidate === name))
  const matchingGroups = matching(groups.keys())
  const members = matchingGroups.flatMap(group => groups.get(group)!.hosts)
  // As in Ansible: a name selects a group rather than a host of that name, and a glob selects both.
  if (matchingGroups.length === 0 || isGlob) members.push(...matching(hosts.keys()))
  if (matchingGroups.length === 0 && members.length === 0) {
    throw new UsageError(
      `no host or group matches "${name}"${name === pattern ? '' : ` in the pattern "${pattern}"`}`,
      {
        hint: /\[-?\d+\]$/.test(name)
          ? 'Positions such as web[0] are not supported: name the host.'
          : didYouMean(name, [...hosts.keys(), ...groups.keys()], 'Hosts and groups'),
      },
    )
  }
  return new Set(members)
}
