import type { Operation, Primitive } from '../declaration/declaration.js'
import { sameRole } from '../declaration/roles.js'
import { milliseconds } from './values.js'

/** An operation that an agent supports, with the agent's advice for it. */
export interface AdvisedAction {
  name: string
  timeout?: string
  role?: string
}

/**
 * The primitive with an explicit timeout for every operation, start and stop included: the declared one, or else the one that the
 * agent advises. Pacemaker itself does not use the advised timeouts: without an `<op>`, every operation has 20 s, and a stop
 * that times out blocks the resource (docs/facts.md, Resource agents).
 */
export function withTimeouts(primitive: Primitive, actions: AdvisedAction[]): Primitive {
  const declared = new Set(primitive.operations.map(operation => operation.name))
  const implied = ['start', 'stop']
    .filter(name => !declared.has(name))
    .map((name): Operation => ({ name, interval: '0s', options: {} }))
  return {
    ...primitive,
    operations: [...implied, ...primitive.operations].flatMap(operation => {
      const timeout = operation.timeout ?? advised(actions, operation.name, operation.options['role'])
      // Without advice for start or stop, Pacemaker's default applies, and no element is needed.
      if (timeout === undefined && !declared.has(operation.name)) return []
      return [{ ...operation, ...(timeout !== undefined && { timeout }) }]
    }),
  }
}

/** The longest timeout that the agent advises for the role: a monitor may be advised several times, with different depths. */
function advised(actions: AdvisedAction[], name: string, role: string | undefined): string | undefined {
  const timeouts = actions
    .filter(action => action.name === name && (role === undefined || sameRole(action.role ?? role, role)))
    .flatMap(({ timeout }) => (timeout === undefined || milliseconds(timeout) === undefined ? [] : [timeout]))
    // Without a unit, a time is in seconds, in metadata as in the CIB; the unit makes that clear to readers.
    .map(timeout => (/^\d+$/.test(timeout) ? `${timeout}s` : timeout))
  return timeouts.sort((one, other) => (milliseconds(other) ?? 0) - (milliseconds(one) ?? 0))[0]
}
