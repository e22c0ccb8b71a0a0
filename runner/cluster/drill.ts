/** What a drill is told: which failure, of which node, how often. How it is brought about is the drill role's. */

export const hows = ['standby', 'stop', 'kill', 'freeze', 'cut', 'reboot'] as const
export type How = (typeof hows)[number]

/** What `kill` can be made for. */
export const daemons = ['corosync', 'pacemakerd', 'apache2'] as const
export type Daemon = (typeof daemons)[number]

export interface DrillSettings {
  how: How
  daemon: Daemon
  /** Left out: the node that has the floating IP, in each round. */
  node?: string | undefined
  rounds: number
  /** Milliseconds; left out: any outage will do that ends. */
  maxOutage?: number | undefined
}

export const plainDrill: DrillSettings = { how: 'standby', daemon: 'corosync', rounds: 1 }

/** As reports call it: `standby`, `kill corosync`. */
export function howText({ how, daemon }: Pick<DrillSettings, 'how' | 'daemon'>): string {
  return how === 'kill' ? `kill ${daemon}` : how
}

/**
 * Whether the others take over from a node that goes on: then both have the floating IP, unless the node is fenced first
 * (cluster-facts C7, C14, C16).
 */
export function splitsBrain({ how, daemon }: Pick<DrillSettings, 'how' | 'daemon'>): boolean {
  return how === 'cut' || how === 'freeze' || (how === 'kill' && daemon === 'corosync')
}
