import { parseXml, walk } from '../../runner/cluster/pacemaker/xml.js'

/** How often Pacemaker has seen an operation of a resource fail on a node. */
export interface FailCount {
  resource: string
  /** `monitor` with its interval in ms behind it where there is one: `monitor_10000`. */
  operation: string
  node: string
  /** A number, or `INFINITY`: it is not tried there again. */
  count: string
}

/**
 * The fail counts in a CIB's status, those of 0 left out. Pacemaker keeps them as `fail-count-WebSite#monitor_10000` among
 * a node's transient attributes; before 1.1.17, and by `crm_failcount` without an operation, `fail-count-WebSite`.
 */
export function failCountsIn(cib: string): FailCount[] {
  // Nearly always there are none, and then the CIB need not be parsed.
  if (!cib.includes('fail-count-')) return []
  const states = [...walk(parseXml(cib))].filter(({ name }) => name === 'node_state')
  return states.flatMap(state => [...walk(state)].filter(({ name }) => name === 'nvpair').flatMap(({ attributes }) => {
    const [, resource, operation = 'an operation'] = /^fail-count-([^#]+)(?:#(.+))?$/.exec(attributes.get('name') ?? '') ?? []
    const count = attributes.get('value') ?? '0'
    if (resource === undefined || count === '0') return []
    return [{ resource, operation, node: state.attributes.get('uname') ?? '?', count }]
  }))
}
