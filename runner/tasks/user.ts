import { TaskError, UsageError } from '../errors.js'
import { groupState, userState, type UserState } from '../facts/accounts.js'
import { fileState, type FileState } from '../facts/files.js'
import { sh, ShellText } from '../ssh/quote.js'
import type { Difference } from './difference.js'
import { task, type NodeTask, type TaskRef } from './task.js'

export interface UserOptions {
  /** Created as an account of the system: a low number, and no login unless a shell is declared. @default false */
  system?: boolean
  /** The number; that of a user who exists is never changed. Left out: the next free one of the node. */
  uid?: number
  /** The primary group; it must exist. Left out: a group of the user's name. */
  group?: string
  /** Further groups; those that the user is in already stay. */
  groups?: readonly string[]
  comment?: string
  /** Left out: /home/NAME, or what the user has. */
  home?: string
  /** Make the home directory, 0750 and the user's, if it is missing. @default false */
  createHome?: boolean
  /** Left out: nologin for the system, /bin/bash for people, or what the user has. */
  shell?: string
  title?: string
  needs?: readonly TaskRef[]
}

const nologin = '/usr/sbin/nologin'

/**
 * A user of the node. What is not declared stays as it is; passwords are not ha-run's.
 *
 * ```ts
 * user('shop', { system: true, home: '/srv/shop', groups: ['ssl-cert'] })
 * ```
 */
export function user(name: string, options: UserOptions = {}): NodeTask {
  refuseOddName(name)
  const { title = `user ${name}`, needs } = options
  return task(title, {
    ...(needs && { needs }),
    async check({ read }) {
      const state = await read(userState(name))
      const home = homeOf(name, options, state)
      return userDifferences(name, options, state, options.createHome ? await read(fileState(home)) : undefined)
    },
    async apply({ $, read }, differences) {
      const state = await read(userState(name))
      const commands = userCommands(name, options, state, differences)
      if (commands.length > 0) await $`${new ShellText(commands.join(' && '))}`
    },
  })
}

const homeOf = (name: string, { home }: UserOptions, state: UserState | undefined) =>
  home ?? state?.home ?? `/home/${name}`

/**
 * How a user differs from what is declared.
 *
 * @param home - the state of the home directory, if it is to be made.
 * @throws TaskError if the number differs: the user's files would keep the former one.
 */
export function userDifferences(
  name: string,
  options: UserOptions,
  state: UserState | undefined,
  home: FileState | undefined,
): Difference[] {
  const path = homeOf(name, options, state)
  if (!state) return [{ subject: `user ${name}`, from: undefined, to: options.system ? 'user of the system' : 'user' }]
  const { uid, groups = [] } = options
  if (uid !== undefined && uid !== state.uid) {
    throw new TaskError(`user ${name} has the number ${state.uid}, not ${uid}`, {
      hint: `change it by hand (\`usermod -u ${uid} ${name}\`, and chown of its files outside of its home), or leave \`uid\` out`,
    })
  }
  const missing = groups.filter(group => group !== state.group && !state.groups.includes(group))
  const value = (what: 'group' | 'comment' | 'home' | 'shell') => {
    const wanted = options[what]
    if (wanted === undefined || wanted === state[what]) return []
    return [{ subject: `${what} of user ${name}`, from: state[what], to: wanted }]
  }
  return [
    ...value('group'),
    ...(missing.length === 0
      ? []
      : [
          {
            subject: `groups of user ${name}`,
            from: state.groups.join(' '),
            to: [...new Set([...state.groups, ...missing])].toSorted().join(' '),
          },
        ]),
    ...value('comment'),
    ...value('home'),
    ...value('shell'),
    ...homeDifferences(name, options, path, home),
  ]
}

function homeDifferences(
  name: string,
  { createHome = false }: UserOptions,
  path: string,
  home: FileState | undefined,
): Difference[] {
  if (!createHome) return []
  if (!home) return [{ subject: path, from: undefined, to: 'home directory' }]
  // A run that was interrupted has made it, and has not yet given it away.
  return home.type === 'directory' && home.owner === 'root' && name !== 'root'
    ? [{ subject: `owner of ${path}`, from: home.owner, to: name }]
    : []
}

/** The commands that close the differences, as shell text. */
export function userCommands(
  name: string,
  options: UserOptions,
  state: UserState | undefined,
  differences: readonly Difference[],
): string[] {
  const differs = (subject: string) => !state || differences.some(each => each.subject === subject)
  const path = homeOf(name, options, state)
  return [
    ...(state ? modification(name, options, differs) : [creation(name, options, path)]),
    ...(options.createHome && (differs(path) || differs(`owner of ${path}`))
      ? [sh`{ [ -d ${path} ] || mkdir -p -m 0750 -- ${path}; } && chown ${name}: -- ${path}`]
      : []),
  ]
}

/** useradd makes no home directory: an interrupted run could not tell a half one from one that is used. */
function creation(
  name: string,
  { system = false, uid, group, groups = [], comment, shell = system ? nologin : '/bin/bash' }: UserOptions,
  home: string,
): string {
  const own = group === undefined ? new ShellText(sh`$(getent group ${name} >/dev/null && echo -g || echo -U)`) : '-g'
  const words = [
    ...(system ? ['--system'] : []),
    ...(uid === undefined ? [] : ['-u', uid]),
    ...(groups.length === 0 ? [] : ['-G', groups.join(',')]),
    ...(comment === undefined ? [] : ['-c', comment]),
    ...['-d', home, '-s', shell, '-M'],
  ]
  // With a group of its name already there, that is the user's.
  const primary = group ?? new ShellText(sh`$(getent group ${name} >/dev/null && echo ${name})`)
  return sh`useradd ${words} ${own} ${primary} -- ${name}`
}

function modification(
  name: string,
  { group, groups = [], comment, home, shell }: UserOptions,
  differs: (subject: string) => boolean,
): string[] {
  const words = [
    ...(differs(`group of user ${name}`) ? ['-g', group!] : []),
    ...(differs(`groups of user ${name}`) ? ['-a', '-G', groups.join(',')] : []),
    ...(differs(`comment of user ${name}`) ? ['-c', comment!] : []),
    ...(differs(`home of user ${name}`) ? ['-d', home!] : []),
    ...(differs(`shell of user ${name}`) ? ['-s', shell!] : []),
  ]
  return words.length === 0 ? [] : [sh`usermod ${words} -- ${name}`]
}

/**
 * A group of the node.
 *
 * ```ts
 * group('shop', { system: true })
 * ```
 */
export function group(
  name: string,
  {
    system = false,
    gid,
    title = `group ${name}`,
    needs,
  }: { gid?: number } & Pick<UserOptions, 'system' | 'title' | 'needs'> = {},
): NodeTask {
  refuseOddName(name)
  return task(title, {
    ...(needs && { needs }),
    async check({ read }) {
      const state = await read(groupState(name))
      if (!state) return [{ subject: `group ${name}`, from: undefined, to: system ? 'group of the system' : 'group' }]
      if (gid === undefined || gid === state.gid) return []
      throw new TaskError(`group ${name} has the number ${state.gid}, not ${gid}`, {
        hint: `change it by hand (\`groupmod -g ${gid} ${name}\`, and chgrp of its files), or leave \`gid\` out`,
      })
    },
    async apply({ $ }) {
      await $`groupadd ${[...(system ? ['--system'] : []), ...(gid === undefined ? [] : ['-g', gid])]} -- ${name}`
    },
  })
}

/** Without these, getent would take a number for an account's, and useradd an option for a name. */
function refuseOddName(name: string): void {
  if (!/^[a-z_][a-z0-9_-]*\$?$/i.test(name)) throw new UsageError(`not the name of a user or group: ${name}`)
}
