import { UsageError } from '../../errors.js'

/** A node as it is typed: what ssh takes. */
export interface TypedNode {
  /** As messages name it. */
  name: string
  connection: { host: string; user?: string }
}

/** Each node once, in the order in which they were typed. @throws UsageError for what ssh could take for an option, or would not take. */
export function typedNodes(words: string[]): TypedNode[] {
  const nodes = words.map(word => {
    const [, user, host = ''] = /^(?:(.+)@)?([^@]*)$/.exec(word) ?? []
    if (![host, ...user === undefined ? [] : [user]].every(part => /^[^-\s\p{Cc}/][^\s\p{Cc}/]*$/u.test(part))) {
      throw new UsageError(`not a node: ${JSON.stringify(word)}`, { hint: 'write what ssh takes: node1, admin@node1 or an address; a port goes into the ssh configuration' })
    }
    return { name: host, connection: { host, ...user !== undefined && { user } } }
  })
  return nodes.filter(({ name }, at) => nodes.findIndex(other => other.name === name) === at)
}
