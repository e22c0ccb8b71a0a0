import { settleTimeoutSeconds } from '../../runner/cluster/pacemaker/forecast.js'

/**
 * How long the parts of a drill may take, in seconds. They are derived from each other here: auto-recovery must not begin while the
 * run itself still waits, and a device must have the time that Pacemaker gives it.
 */
export interface Budgets {
  /** The command that prepares the fault on all nodes, before it. */
  everywhere: number
  /** The command that injects the fault: longer than the longest advised stop of a resource. */
  injection: number
  /** Until the cluster has recovered. */
  recovery: number
  /** After that, until Pacemaker has nothing more to do. */
  settling: number
  /** The commands that repair a node. */
  repair: number
  /** A node that lost its power or reboots, until it answers: a server with much memory takes minutes. */
  boot: number
  /** After this time, a node repairs itself although the session of the run still exists: a dead connection may linger for hours. */
  autoRecovery: number
}

/** What fencing adds to a recovery. */
export interface FencingTimes {
  /** The longest delay before a node is fenced. */
  delayMs: number
  /** How long Pacemaker waits for one device. */
  timeoutMs: number
  /** How many devices it may try for one node, one after the other. */
  devices: number
}

/** A monitor interval of a minute, within which a resource's failure may go unnoticed, plus the longest advised stop and start. */
const servicesSeconds = 180

/** Between the run's last regular moment of waiting and auto-recovery: a wait ends with the answer to its last question. */
const marginSeconds = 60

/** @param fencing - left out if the cluster does not fence. */
export function budgetsOf(fencing?: FencingTimes): Budgets {
  const [everywhere, injection, settling] = [30, 120, settleTimeoutSeconds]
  const fencingMs = fencing ? fencing.delayMs + fencing.timeoutMs * Math.max(1, fencing.devices) : 0
  const recovery = servicesSeconds + Math.ceil(fencingMs / 1000)
  const autoRecovery = everywhere + injection + recovery + settling + marginSeconds
  return { everywhere, injection, recovery, settling, repair: 240, boot: 600, autoRecovery }
}
