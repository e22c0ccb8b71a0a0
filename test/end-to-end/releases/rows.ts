import type { StepName } from './steps.js'

/** A row of docs/releases.md: machines of one kind, and a login. */
export interface Row {
  name: string
  /** The code name of the nodes' release; of the second node's too, if it is another one. */
  release: string
  second?: string
  /** The image that the nodes resemble (`ha-run lab up --like`). */
  like?: string
  /** @default 'root' */
  user?: string
  /** Whether sudo asks for a password. */
  password?: true
  steps: readonly StepName[]
}

const all: readonly StepName[] = [
  'address',
  'build',
  'again',
  'drift',
  'key',
  'roll',
  'standby',
  'stop',
  'cut',
  'verify',
]

/** What needs a terminal for each run, for the password of sudo. */
const short: readonly StepName[] = ['build', 'again', 'drift', 'key', 'verify']

export const rows: readonly Row[] = [
  { name: 'bookworm', release: 'bookworm', steps: all },
  { name: 'trixie', release: 'trixie', steps: all },
  { name: 'bullseye', release: 'bullseye', steps: all },
  { name: 'raspios-trixie, pi', release: 'trixie', like: 'raspios-trixie', user: 'pi', steps: all },
  { name: 'raspios-bookworm, pi', release: 'bookworm', like: 'raspios-bookworm', user: 'pi', steps: all },
  { name: 'raspios-bullseye, pi', release: 'bullseye', like: 'raspios-bullseye', user: 'pi', steps: all },
  { name: 'bookworm, pi', release: 'bookworm', user: 'pi', steps: short },
  { name: 'bookworm, pi with a sudo password', release: 'bookworm', user: 'pi', password: true, steps: short },
  { name: 'trixie, pi with a sudo password', release: 'trixie', user: 'pi', password: true, steps: short },
  { name: 'bookworm and trixie', release: 'bookworm', second: 'trixie', steps: ['build', 'mixed'] },
]
