import { operationAttributes } from '../declaration/schema.js'

/**
 * Names that Pacemaker accepts although no metadata on a node lists them, or not in every release that Debian has: those of
 * resources have no metadata before Pacemaker 2.1.8 (lib/common/options.c and include/crm/msg_xml.h of Pacemaker 2.0.5 to 3.0).
 */

/** Meta attributes of primitives and groups. */
const ofResources = [
  'allow-migrate',
  'allow-unhealthy-nodes',
  'container',
  'container-attribute-target',
  'critical',
  'description',
  'failure-timeout',
  'is-managed',
  'maintenance',
  'migration-threshold',
  'multiple-active',
  'priority',
  'provides',
  'remote-addr',
  'remote-allow-migrate',
  'remote-connect-timeout',
  'remote-node',
  'remote-port',
  'requires',
  'resource-stickiness',
  'restart-type',
  'target-role',
]

/** Meta attributes of clones; `master-…` are the names that Pacemaker 1 had for them. A group has `ordered` too. */
const ofClones = [
  'clone-max',
  'clone-min',
  'clone-node-max',
  'globally-unique',
  'interleave',
  'master-max',
  'master-node-max',
  'notify',
  'ordered',
  'promotable',
  'promoted-max',
  'promoted-node-max',
]

/** A clone passes its meta attributes on, and defaults are for resources of all kinds. */
export const metaAttributes: readonly string[] = [...ofResources, ...ofClones]

const { OCF_CHECK_LEVEL: _, ...withDefaults } = operationAttributes

/** The attributes of an operation that have a default (Pacemaker Explained, Operations): the depth of a check is a parameter of the agent. */
export const operationDefaults: readonly string[] = Object.keys(withDefaults)

/**
 * Properties beside those that the daemons of a node describe: former names, names of later releases that the nodes may get, and what crmsh, pcs
 * and sbd write.
 */
export const otherProperties: readonly string[] = [
  'crmd-finalization-timeout',
  'crmd-integration-timeout',
  'crmd-transition-delay',
  'concurrent-fencing',
  'enable-startup-probes',
  'fence-reaction',
  'fence-remote-without-quorum',
  ...['action', 'enabled', 'max-attempts', 'timeout', 'watchdog-timeout'].flatMap(name => [
    `fencing-${name}`,
    `stonith-${name}`,
  ]),
  'fencing-reaction',
  'last-lrm-refresh',
  'node-pending-timeout',
  'remove-after-stop',
  'stop-orphan-actions',
  'stop-orphan-resources',
  'stop-removed-resources',
  'cancel-removed-actions',
]

/**
 * Whether every agent may get the parameter: Pacemaker's own (`CRM_meta_timeout`), the depth of monitors, and what agents with the shell
 * functions of resource-agents understand (`trace_ra`).
 */
export function isParameterOfAnyAgent(name: string): boolean {
  return /^(CRM_meta_.*|OCF_CHECK_LEVEL|trace_(ra|dir|file))$/.test(name)
}
