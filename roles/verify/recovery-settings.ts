import { effectivePrimitives, type EffectivePrimitive } from '../../runner/cluster/cib/effective-meta.js'
import { corosyncLinks } from '../../runner/cluster/corosync/facts.js'
import { webSiteId } from '../../runner/cluster/declaration/defaults.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { sameRole } from '../../runner/cluster/declaration/roles.js'
import type { Scope } from '../../runner/cluster/members.js'
import { cibText } from '../../runner/cluster/pacemaker/facts.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { counted, shortened } from '../../runner/ui/text.js'
import { advisory, pacemakerNotAnswering, verdict } from './verdict.js'

/** Something that the cluster lacks, and what to do about it. */
interface Remark {
  text: string
  advice: string
}

/** What Pacemaker does after failures, beyond its own defaults, which people often do not know. */
export function recoveryConfigured(cluster: Cluster) {
  return async ({ leader }: Scope): Promise<Verdict> => {
    const [cib, links] = await Promise.all([leader.read(cibText), leader.read(corosyncLinks)])
    if (cib === undefined) return verdict([`${leader.name}: ${pacemakerNotAnswering}`], '', '')
    return recoveryVerdict(cluster, cib, links?.length)
  }
}

/**
 * A warning about resources that somebody has declared or made. ha-run's own defaults are those of the tutorial: about them alone it does not
 * warn, the evidence says how they are.
 *
 * @param links - of the ring; undefined if Corosync does not answer.
 */
export function recoveryVerdict(cluster: Cluster, cib: string, links: number | undefined): Verdict {
  const ours = cluster.foreign ? [] : [webSiteId, ...cluster.floatingIps.map(({ name }) => name)]
  const all = effectivePrimitives(cib)
  const theirs = all.filter(({ id }) => !ours.includes(id))
  // With fencing, another assertion reports it.
  const link = links === 1 && cluster.fencing === 'disabled' ? [oneLink] : []
  const settled = `set for ${counted(all.length, 'resource')}`
  if (theirs.length === 0) {
    const usual = [...resourceRemarks(all), ...link].map(({ text }) => text)
    return advisory([], usual.length === 0 ? settled : `the defaults: ${usual.join('; ')}`, usualAdvice)
  }
  const remarks = [...resourceRemarks(theirs), ...link]
  return advisory(
    remarks.map(({ text }) => text),
    settled,
    remarks.map(({ advice }) => advice).join('; ') || usualAdvice,
  )
}

const usualAdvice =
  'declare `resource_defaults: {resource-stickiness: 100, migration-threshold: 3, failure-timeout: 10min}`, and a monitor for each resource'

const oneLink: Remark = {
  text: 'the ring has one link',
  advice:
    'if the only link fails, the nodes lose each other although both work: declare another one over another cable and switch, `corosync: {links: [{node1: 10.9.1.1, node2: 10.9.1.2}]}`',
}

function resourceRemarks(primitives: EffectivePrimitive[]): Remark[] {
  const unmonitored = primitives.filter(({ monitors }) => monitors.length === 0)
  const unwatched = primitives.filter(
    ({ isPromotable, monitors }) =>
      isPromotable && monitors.length > 0 && !monitors.some(role => sameRole(role, 'Promoted')),
  )
  const restless = primitives.filter(({ isCloned, hasMeta }) => !isCloned && !hasMeta('resource-stickiness'))
  // An instance that every node has can move nowhere.
  const stubborn = primitives.filter(
    ({ isCloned, isPromotable, hasMeta }) => (!isCloned || isPromotable) && !hasMeta('migration-threshold'),
  )
  const unforgiving = primitives.filter(({ hasMeta }) => hasMeta('migration-threshold') && !hasMeta('failure-timeout'))
  return [
    remark(
      unmonitored,
      'no monitor operation',
      'Pacemaker does not notice when a resource without one dies: declare `op: {monitor: 10s}`',
    ),
    remark(
      unwatched,
      'no monitor for promoted instances',
      'a monitor without a role is for unpromoted instances: declare one with `role: Promoted` and another interval',
    ),
    remark(
      restless,
      'no resource-stickiness',
      'resources may move when a node returns, which interrupts them: declare `resource_defaults: {resource-stickiness: 100}`, or 0 if they shall move',
    ),
    remark(
      stubborn,
      'no migration-threshold',
      'a resource whose monitor fails is started again on the same node, however often: declare `resource_defaults: {migration-threshold: 3, failure-timeout: 10min}`',
    ),
    remark(
      unforgiving,
      'no failure-timeout',
      'a node whose failures have reached the migration-threshold stays excluded until `crm_resource --cleanup`: declare `resource_defaults: {failure-timeout: 10min}`',
    ),
  ].flat()
}

function remark(primitives: EffectivePrimitive[], lack: string, advice: string): Remark[] {
  if (primitives.length === 0) return []
  const ids = primitives.map(({ id }) => id)
  return [{ text: `${shortened(ids, { most: 6 })} ${ids.length === 1 ? 'has' : 'have'} ${lack}`, advice }]
}
