import { UsageError } from '../errors.js'
import type { FileAttributes } from './write-file.js'

/** Mode, owner and group, as a role declares them. */
export interface Ownership {
  /** Octal, such as `0640`. */
  mode?: string
  /** The name of a user, or `user:group`. */
  owner?: string
  /** The name of a group. */
  group?: string
}

/**
 * The declared attributes, completed with defaults, in the form in which a node reports them.
 *
 * @throws UsageError for a mode that is not octal, or two groups.
 */
export function attributesOf({ mode, owner, group }: Ownership, defaults: FileAttributes): FileAttributes {
  return {
    mode: mode === undefined ? defaults.mode : octal(mode),
    owner: ownerAndGroup(owner, group, defaults.owner),
  }
}

function octal(mode: string): string {
  if (!/^[0-7]{3,4}$/.test(mode)) throw new UsageError(`not a mode in octal, such as 0640: ${mode}`)
  return mode.padStart(4, '0')
}

function ownerAndGroup(owner: string | undefined, group: string | undefined, fallback: string): string {
  const [defaultUser = '', defaultGroup = ''] = fallback.split(':')
  const [user = defaultUser, ownGroup] = owner?.split(':') ?? []
  if (ownGroup !== undefined && group !== undefined && group !== ownGroup)
    throw new UsageError(`two groups are declared: owner ${owner}, group ${group}`)
  return `${user}:${group ?? ownGroup ?? defaultGroup}`
}
