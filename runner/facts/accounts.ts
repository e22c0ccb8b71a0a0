import { sh } from '../ssh/quote.js'
import type { Fact, Family } from './fact.js'

/** A user as the node knows it, from /etc/passwd or a directory service. */
export interface UserState {
  uid: number
  /** The name of the primary group. */
  group: string
  /** The names of the further groups, sorted. */
  groups: string[]
  comment: string
  home: string
  shell: string
}

const users: Family<UserState | undefined> = {
  name: 'users',
  // One line for the account, one for its primary group, one for all of its groups.
  script: names => sh`for name in ${names}; do
if getent passwd "$name"; then id -gn -- "$name"; id -Gn -- "$name"; else printf '\\n\\n\\n'; fi; done`,
  parse({ stdout }, names) {
    const lines = stdout.split('\n')
    if (lines.length !== names.length * 3 + 1) throw new Error(`not the accounts of ${names.join(', ')}`)
    return names.map((_, at) => userOf(lines[at * 3]!, lines[at * 3 + 1]!, lines[at * 3 + 2]!))
  },
}

function userOf(account: string, group: string, groups: string): UserState | undefined {
  if (account === '') return undefined
  const [, , uid = '', , comment = '', home = '', shell = ''] = account.split(':')
  const others = groups.split(' ').filter(name => name !== '' && name !== group)
  return { uid: Number(uid), group, groups: others.toSorted(), comment, home, shell }
}

/** A user by name; undefined if there is none. */
export function userState(name: string): Fact<UserState | undefined> {
  return { family: users, argument: name }
}

const groups: Family<{ gid: number } | undefined> = {
  name: 'groups',
  script: names => sh`for name in ${names}; do getent group "$name" || echo; done`,
  parse({ stdout }, names) {
    const lines = stdout.split('\n')
    if (lines.length !== names.length + 1) throw new Error(`not the groups ${names.join(', ')}`)
    return names.map((_, at) => (lines[at] === '' ? undefined : { gid: Number(lines[at]!.split(':')[2]) }))
  },
}

/** A group by name; undefined if there is none. */
export function groupState(name: string): Fact<{ gid: number } | undefined> {
  return { family: groups, argument: name }
}
