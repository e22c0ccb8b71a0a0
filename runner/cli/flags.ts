import type { VaultFlags } from './vault-passwords.js'

/** Options of the commands that run roles, as commander parses them. */
export interface RunFlags extends VaultFlags {
  inventory: string[]
  /** The lab whose inventory it is. */
  lab?: string
  limit?: string
  check?: boolean
  diff?: boolean
  forks: number
  sshConfig?: string
  askBecomePass?: boolean
  allowOutage?: boolean
  purge?: boolean
  adopt?: boolean
  /** Seconds for which the assertions must hold. */
  stable?: number
  /** Seconds for which the run waits for the lock of another one; true for the default. */
  wait?: number | true
  json?: boolean
  junit?: string
  report?: string
  verbose?: boolean
  quiet?: boolean
  color: boolean
}

/** Options of `ha-run drill`; the drill role adds more. */
export type ConfirmedRunFlags = RunFlags & { yes?: boolean }

/** Options of `ha-run fence`. */
export type FenceFlags = ConfirmedRunFlags & { off?: boolean; confirm?: boolean }

/** Options of `ha-run status`. */
export type StatusFlags = Pick<
  RunFlags,
  keyof VaultFlags | 'inventory' | 'limit' | 'forks' | 'sshConfig' | 'askBecomePass' | 'json' | 'verbose' | 'color'
> & { watch?: boolean }

/** Options of `ha-run import`. */
export type ImportFlags = Pick<RunFlags, 'sshConfig' | 'askBecomePass' | 'verbose' | 'quiet' | 'color'>
