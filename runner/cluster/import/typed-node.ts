import { UsageError } from '../../errors.js'

/** A node as it is named on the command line: a destination of ssh. */
export interface TypedNode {
  /** The node's name in messages. */
  name: string
  connection: { host: string; user?: string }
}

/** The nodes in the order of the command line, each once. @throws UsageError if ssh would read one as an option, or would not accept it. */
export function typedNodes(args: string[]): TypedNode[] {
  const nodes = args.map(arg => {
    const [, user, host = ''] = /^(?:(.+)@)?([^@]*)$/.exec(arg) ?? []
    if (![host, ...(user === undefined ? [] : [user])].every(part => /^[^-\s\p{Cc}/][^\s\p{Cc}/]*$/u.test(part))) {
      throw new UsageError(`not a node: ${JSON.stringify(arg)}`, {
        hint: 'name a node as for ssh: node1, admin@node1 or an address; set a port in the ssh configuration',
      })
    }
    return { name: host, connection: { host, ...(user !== undefined && { user }) } }
  })
  return nodes.filter(({ name }, at) => nodes.findIndex(other => other.name === name) === at)
}
