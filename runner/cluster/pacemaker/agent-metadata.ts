import type { Operation, Primitive } from '../declaration/declaration.js'
import { milliseconds } from './values.js'
import { attributesOf, elementsOf, firstOf, parseXml } from './xml.js'

/** An operation that an agent supports, with what it advises for it. */
export interface AdvisedAction {
  name: string
  timeout?: string
  role?: string
}

/**
 * Reads the operations from an agent's metadata: `crm_resource --show-metadata ocf:heartbeat:apache`.
 * @throws Error when this is no `<resource-agent>` document.
 */
export function parseAgentMetadata(text: string): AdvisedAction[] {
  const agent = parseXml(text)
  if (agent.tagName !== 'resource-agent') throw new Error(`not an agent's metadata: <${agent.tagName}>`)
  return elementsOf(firstOf(agent, 'actions'), 'action').map(action => {
    const { name = '', timeout, role } = Object.fromEntries(attributesOf(action))
    return { name, ...timeout && { timeout }, ...role && { role } }
  })
}

/**
 * The primitive with every operation's timeout explicit, start and stop included: the declared one, else what the
 * agent advises. Pacemaker itself does not use the advised ones; without an `<op>` it gives 20 s to everything, and a
 * stop that times out blocks the resource (cluster-facts C5).
 */
export function withTimeouts(primitive: Primitive, actions: AdvisedAction[]): Primitive {
  const declared = new Set(primitive.operations.map(operation => operation.name))
  const implied = ['start', 'stop'].filter(name => !declared.has(name))
    .map((name): Operation => ({ name, interval: '0s', options: {} }))
  return {
    ...primitive,
    operations: [...implied, ...primitive.operations].flatMap(operation => {
      const timeout = operation.timeout ?? advised(actions, operation.name, operation.options['role'])
      // An agent that advises nothing for start or stop gets Pacemaker's own default, without an element.
      if (timeout === undefined && !declared.has(operation.name)) return []
      return [{ ...operation, ...timeout !== undefined && { timeout } }]
    })
  }
}

/** Among several (monitors of different depths), the longest that is advised for the role. */
function advised(actions: AdvisedAction[], name: string, role: string | undefined): string | undefined {
  const timeouts = actions
    .filter(action => action.name === name && (role === undefined || (action.role ?? role) === role))
    .flatMap(({ timeout }) => timeout === undefined || milliseconds(timeout) === undefined ? [] : [timeout])
    // No unit means seconds, in metadata as in the CIB; people read it better spelt out.
    .map(timeout => /^\d+$/.test(timeout) ? `${timeout}s` : timeout)
  return timeouts.sort((one, other) => (milliseconds(other) ?? 0) - (milliseconds(one) ?? 0))[0]
}
