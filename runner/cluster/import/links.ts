import { familyOf } from '../../ip-address.js'
import type { RunningMember } from './running-members.js'

/** Knet's links beyond link 0, the nodes' own addresses. */
export interface Links {
  /** Link 1 and higher: the address of each node, by inventory name. */
  declared: Map<string, string>[]
  /** Links that an inventory cannot declare, as text. */
  kept: string[]
}

export function linksOf(members: RunningMember[], names: string[]): Links {
  const numbers = [...new Set(members.flatMap(({ addresses }) => [...addresses.keys()]))].toSorted(
    (one, other) => one - other,
  )
  const [own, ...further] = numbers
  const declared: Links['declared'] = []
  const kept: string[] = []
  if (own !== undefined && own !== 0) kept.push(`link ${own} is the first link, and an inventory counts from 0`)
  for (const number of further) {
    const link = new Map(
      members.flatMap(({ addresses }, at) =>
        addresses.has(number) ? [[names[at]!, addresses.get(number)!] as const] : [],
      ),
    )
    const families = new Set([...link.values()].map(familyOf))
    const isDeclarable =
      own === 0 &&
      number === declared.length + 1 &&
      link.size === members.length &&
      families.size === 1 &&
      !families.has(undefined)
    if (isDeclarable) declared.push(link)
    else kept.push(`link ${number}: ${[...link].map(([name, address]) => `${name} ${address}`).join(', ')}`)
  }
  return { declared, kept }
}

/** The address of a node on Corosync's first link. */
export function firstAddress({ addresses }: RunningMember): string | undefined {
  return [...addresses].toSorted(([one], [other]) => one - other)[0]?.[1]
}
