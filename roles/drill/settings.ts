/** What the command line sets for a drill: which fault, on which node, how often. */

export const faultNames = ['standby', 'stop', 'kill', 'freeze', 'cut', 'reboot', 'fence', 'plug', 'arbiter'] as const
export type FaultName = (typeof faultNames)[number]

/** Daemons that the fault `kill` can kill. */
export const daemons = ['corosync', 'pacemakerd', 'apache2'] as const
export type Daemon = (typeof daemons)[number]

export interface DrillSettings {
  fault: FaultName
  daemon: Daemon
  /** By default the node that has the floating IP when a round begins. */
  node?: string | undefined
  rounds: number
  /** Milliseconds; without it, an outage may take any time as long as it ends. */
  maxOutage?: number | undefined
  /** Two nodes may have the floating IP for a while, if the cluster does not fence. */
  allowSplitBrain: boolean
}

export const defaultSettings: DrillSettings = {
  fault: 'standby',
  daemon: 'corosync',
  rounds: 1,
  allowSplitBrain: false,
}

/** The fault as reports name it: `standby`, `kill corosync`. */
export function faultText({ fault, daemon }: Pick<DrillSettings, 'fault' | 'daemon'>): string {
  return fault === 'kill' ? `kill ${daemon}` : fault
}

/**
 * Whether the other nodes take over while the drilled node goes on: then both have the floating IP, unless fencing stops the node first
 * (docs/facts.md, Corosync).
 */
export function splitsBrain({ fault, daemon }: Pick<DrillSettings, 'fault' | 'daemon'>): boolean {
  return fault === 'cut' || fault === 'freeze' || (fault === 'kill' && daemon === 'corosync')
}

/** Whether the fault is about fencing itself. */
export function isAboutFencing({ fault }: Pick<DrillSettings, 'fault'>): boolean {
  return fault === 'fence' || fault === 'plug'
}
