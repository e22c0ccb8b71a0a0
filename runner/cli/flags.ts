import type { Daemon, How } from '../cluster/drill.js'

/** The flags of every command that runs roles, as commander hands them over. */
export interface RunFlags {
  inventory: string
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
  json?: boolean
  junit?: string
  report?: string
  verbose?: boolean
  quiet?: boolean
  color: boolean
}

/** What `ha-run drill` has besides. */
export interface DrillFlags extends RunFlags {
  how: How
  node?: string
  rounds: number
  /** Milliseconds. */
  maxOutage?: number
  daemon: Daemon
  allowSplitBrain?: boolean
  yes?: boolean
}

/** The flags of `ha-run status`. */
export type StatusFlags = Pick<RunFlags, 'inventory' | 'limit' | 'forks' | 'sshConfig' | 'askBecomePass' | 'json' | 'verbose' | 'color'> & { watch?: boolean }

/** The flags of `ha-run import`. */
export type ImportFlags = Pick<RunFlags, 'sshConfig' | 'askBecomePass' | 'verbose' | 'quiet' | 'color'>
