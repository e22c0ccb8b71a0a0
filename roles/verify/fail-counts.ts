import { attribute, descendantsOf, readXml } from '../../runner/cluster/pacemaker/xml.js'

/** How often an operation of a resource has failed on a node. */
export interface FailCount {
  resource: string
  /** With the interval in milliseconds, if it has one: `monitor_10000`. */
  operation: string
  node: string
  /** A number, or `INFINITY`: Pacemaker does not try again on that node. */
  count: string
}

/**
 * The fail counts other than 0 in a CIB's status. Each is a transient attribute of a node, `fail-count-WebSite#monitor_10000`; before
 * Pacemaker 1.1.17, or if set by `crm_failcount` without an operation, `fail-count-WebSite`.
 */
export function failCountsIn(cib: string): FailCount[] {
  // There are hardly ever any, and then the CIB need not be parsed.
  if (!cib.includes('fail-count-')) return []
  const states = descendantsOf(readXml(cib), 'node_state')
  return states.flatMap(state =>
    descendantsOf(state, 'nvpair').flatMap(pair => {
      const [, resource, operation = 'an operation'] =
        /^fail-count-([^#]+)(?:#(.+))?$/.exec(attribute(pair, 'name') ?? '') ?? []
      const count = attribute(pair, 'value') ?? '0'
      if (resource === undefined || count === '0') return []
      return [{ resource, operation, node: attribute(state, 'uname') ?? '?', count }]
    }),
  )
}
