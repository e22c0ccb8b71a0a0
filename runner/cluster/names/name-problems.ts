import { nearest } from '../../inventory/nearest.js'
import type { Primitive } from '../declaration/declaration.js'
import type { AgentParameter } from '../pacemaker/agent-metadata.js'
import type { DeclaredName, NameKind } from './declared-names.js'
import { isParameterOfAnyAgent, metaAttributes, operationDefaults, otherProperties } from './known-names.js'

/** Something wrong with a declared name, or a parameter that is not declared. */
export interface NameProblem {
  /** `error`: a name that was probably meant to be another one, or that cannot be right. `warning`: it probably has no effect. */
  severity: 'error' | 'warning'
  /** Its place in the inventory, below `cluster:`; of a missing parameter that of the resource. */
  path: string[]
  /** Without a full stop. */
  message: string
  /** What to do, in whole sentences. */
  hint: string
}

/** Who would read a name, for messages. */
const readers: Record<Exclude<NameKind, 'parameter'>, string> = {
  property: 'Pacemaker has no property',
  'resource default': 'Pacemaker has no meta attribute',
  'operation default': 'operations have no attribute',
  'meta attribute': 'Pacemaker has no meta attribute',
}

/**
 * Judges the names of properties, defaults and meta attributes. None of their lists can be complete: agents and other tools may read a
 * property or meta attribute of their own. So a name is an error only if a known one is near.
 *
 * @param properties - that the nodes' Pacemaker describes.
 */
export function optionProblems(names: readonly DeclaredName[], properties: readonly string[] = []): NameProblem[] {
  const known: Record<Exclude<NameKind, 'parameter'>, readonly string[]> = {
    property: [...properties, ...otherProperties],
    'resource default': metaAttributes,
    'operation default': operationDefaults,
    'meta attribute': metaAttributes,
  }
  return names.flatMap(({ kind, name, path }) => {
    // Without the daemons' own list, the one of ha-run has too few names.
    if (kind === 'parameter' || known[kind].includes(name) || (kind === 'property' && properties.length === 0))
      return []
    const near = nearest(name, known[kind])
    const message = `${readers[kind]} "${name}"`
    return near === undefined
      ? { severity: 'warning', path, message, hint: 'It has no effect, unless an agent or another program reads it.' }
      : { severity: 'error', path, message, hint: `Did you mean "${near}"?` }
  })
}

/** A primitive's parameters that are to be judged. */
export interface ParametersToJudge {
  primitive: Primitive
  /** The names that the cluster does not have yet. */
  names: readonly DeclaredName[]
  /** Which parameters may be missing: all if the primitive is new, else those that the run would remove. */
  mayLack: (parameter: string) => boolean
}

/**
 * Judges the parameters of a primitive by its agent's own metadata.
 *
 * @param parameters - that the agent describes.
 */
export function parameterProblems(
  { primitive: { id, agent, params }, names, mayLack }: ParametersToJudge,
  parameters: readonly AgentParameter[],
): NameProblem[] {
  const meant = new Set<string>()
  const known = parameters.flatMap(({ name, formerNames }) => [name, ...formerNames])
  const current = parameters.filter(({ isDeprecated }) => !isDeprecated).map(({ name }) => name)
  const unknown = names.flatMap(({ name, path }): NameProblem[] => {
    if (known.includes(name) || isParameterOfAnyAgent(name)) return []
    const near = nearest(name, current)
    const message = `${agent} has no parameter "${name}"`
    if (near !== undefined) {
      meant.add(near)
      return [{ severity: 'error', path, message, hint: `Did you mean "${near}"?` }]
    }
    return isDescribedInFull(agent, parameters)
      ? [{ severity: 'error', path, message, hint: `It has ${current.join(', ')}.` }]
      : [
          {
            severity: 'warning',
            path,
            message,
            hint: 'It has no effect, unless the agent reads what it does not describe.',
          },
        ]
  })
  const missing = parameters
    .filter(
      ({ name, formerNames, isRequired, isDeprecated }) =>
        isRequired &&
        !isDeprecated &&
        mayLack(name) &&
        !meant.has(name) &&
        ![name, ...formerNames].some(each => Object.hasOwn(params, each)),
    )
    .map(({ name }): NameProblem => ({
      severity: 'error',
      path: ['resources', id],
      message: `${id} needs the parameter "${name}": ${agent} requires it`,
      hint: `Declare it under params: {${name}: …}.`,
    }))
  return [...unknown, ...missing]
}

/** Agents of resource-agents and Pacemaker describe all their parameters. Those of units have none, and those of others may describe some. */
function isDescribedInFull(agent: string, parameters: readonly AgentParameter[]): boolean {
  return /^ocf:(heartbeat|pacemaker):/.test(agent) && parameters.length > 0
}
