/** The roles of a resource's instances, in the words of Pacemaker 2.1 and later. */
export const roles = ['Started', 'Stopped', 'Promoted', 'Unpromoted'] as const

export type Role = (typeof roles)[number]

/** What Pacemaker up to 2.0 calls two of them. */
const legacyWords = { Master: 'Promoted', Slave: 'Unpromoted' } as const

/** The words that an inventory may have for a role. */
export const roleWords = [...roles, 'Master', 'Slave'] as const

/** Each word's role. */
export const roleOf: Readonly<Record<(typeof roleWords)[number], Role>> = {
  Started: 'Started',
  Stopped: 'Stopped',
  Promoted: 'Promoted',
  Unpromoted: 'Unpromoted',
  ...legacyWords,
}

/** A role in the present words; any other text as it is. */
export function presentRole(word: string): string {
  return Object.hasOwn(legacyWords, word) ? roleOf[word as keyof typeof legacyWords] : word
}

/** A role in the words of Pacemaker up to 2.0. */
export function legacyRole(role: string): string {
  return Object.entries(legacyWords).find(([, present]) => present === role)?.[0] ?? role
}

/** Whether two words mean the same role: `Master` and `Promoted` do. */
export function sameRole(one: string, other: string): boolean {
  return presentRole(one) === presentRole(other)
}

/** The actions that an order constraint can name. */
export const actions = ['start', 'stop', 'promote', 'demote'] as const

export type Action = (typeof actions)[number]
