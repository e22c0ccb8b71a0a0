import { isConcealed } from '../../concealed.js'
import { didYouMean, nearest } from '../../inventory/nearest.js'
import type { FencingDevice } from '../declaration/declaration.js'
import { fencePlug } from './fence-plug.js'
import { hostArgument, type FenceAgent, type FenceParameter } from './agent-metadata.js'

export interface ParameterProblem {
  /** `error`: the device cannot work like this. `warning`: it works, and somebody should know. */
  severity: 'error' | 'warning'
  parameter: string
  /** With the device, without a full stop: `plug1: fence_netio has no parameter "ipp"`. Never contains the value of a secret. */
  message: string
  /** What to do, in whole sentences. */
  hint?: string
}

/**
 * What is wrong with a device's parameters by its agent's own metadata: unknown ones, required ones that are missing, values of the wrong
 * type, secrets in clear text. Empty if nothing is wrong. Pure; read the agent with `member.read(fenceAgent(device.agent))`.
 */
export function parameterProblems(agent: FenceAgent, device: FencingDevice): ParameterProblem[] {
  return [
    ...givenNames(device).flatMap(name => nameProblems(agent, device, name)),
    ...plugProblems(agent, device),
    ...missingProblems(agent, device),
    ...Object.entries(device.params).flatMap(([name, value]) => valueProblems(agent, device, name, value)),
  ]
}

function givenNames({ params, secrets }: FencingDevice): string[] {
  return [...new Set([...Object.keys(params), ...Object.keys(secrets)])]
}

/** Parameters that Pacemaker itself reads, for any agent (`pcmk_stonith_param` in its source). */
const pacemakers = [
  ...['pcmk_host_argument', 'pcmk_delay_base', 'pcmk_delay_max', 'pcmk_action_limit', 'stonith-timeout', 'priority'],
  ...['reboot', 'off', 'on', 'monitor', 'status', 'list'].flatMap(action =>
    ['action', 'timeout', 'retries'].map(what => `pcmk_${action}_${what}`),
  ),
]
/** What ha-run derives from `fences`. */
const derived = new Set(['pcmk_host_list', 'pcmk_host_map', 'pcmk_host_check'])

function nameProblems(agent: FenceAgent, device: FencingDevice, name: string): ParameterProblem[] {
  const problem = (message: string, hint: string | undefined): ParameterProblem[] => [
    { severity: 'error', parameter: name, message: `${device.id}: ${message}`, ...(hint !== undefined && { hint }) },
  ]
  if (name in device.params && name in device.secrets)
    return problem(`${name} is given in params and in secrets`, 'Leave it in one of them.')
  if (derived.has(name))
    return problem(`${name} cannot be given`, 'ha-run derives it from the nodes that the device fences.')
  if (name === 'action')
    return problem(
      'action cannot be given',
      'Pacemaker tells the agent what to do; declare `action` beside `devices`, for all of them.',
    )
  if (pacemakers.includes(name)) return []
  if (parameterNamed(agent, name) === undefined)
    return problem(`${agent.name} has no parameter "${name}"`, hintFor(agent, name))
  const other = givenNames(device).find(
    each => each !== name && parameterNamed(agent, name)!.formerNames.includes(each),
  )
  return other === undefined
    ? []
    : problem(`${name} and its former name ${other} are both given`, `Leave out ${other}.`)
}

function hintFor(agent: FenceAgent, name: string): string | undefined {
  const near = nearest(name, [...knownNames(agent), ...pacemakers])
  return near === undefined ? `It has ${knownNames(agent).join(', ')}.` : `Did you mean "${near}"?`
}

/** The parameter of this name. A former name without an entry of its own counts too. */
function parameterNamed({ parameters }: FenceAgent, name: string): FenceParameter | undefined {
  return (
    parameters.find(parameter => parameter.name === name) ??
    parameters.find(({ formerNames }) => formerNames.includes(name))
  )
}

/** The names that can be given, without former ones: these are no advice. */
function knownNames({ parameters }: FenceAgent): string[] {
  return parameters
    .filter(({ name, isDeprecated }) => !isDeprecated && !notForDevices.has(name))
    .map(({ name }) => name)
}

/** What only makes sense on a command line, or comes from Pacemaker. */
const notForDevices = new Set(['action', 'help', 'version'])

/** A plug that is the same for all nodes would switch off the wrong one: Pacemaker does not replace a plug that the device has. */
function plugProblems(agent: FenceAgent, device: FencingDevice): ParameterProblem[] {
  const nodes = device.fences.map(({ node }) => node).join(', ')
  const problem = (parameter: string, message: string): ParameterProblem[] => [
    {
      severity: 'error',
      parameter,
      message: `${device.id}: ${message}`,
      hint: 'Give each node its own plug: `fences: {node1: 0, node2: 1}`.',
    },
  ]
  const parameter = hostParameters(agent).find(name => name in device.params || name in device.secrets)
  const [first, second] = device.fences
  if (parameter !== undefined && device.fences.some(({ plug }) => plug !== undefined))
    return problem(parameter, `params has ${parameter}, and fences has plugs too`)
  if (parameter !== undefined && second !== undefined)
    return problem(parameter, `params has ${parameter}, which is then the same for ${nodes}`)
  // Of other agents, some find the machine by the node's name.
  if (agent.name === fencePlug.agent && first?.plug === undefined && second !== undefined)
    return problem('plug', `${nodes} would share one relay`)
  return []
}

/** The names by which the agent takes the plug. */
function hostParameters(agent: FenceAgent): string[] {
  const name = hostArgument(agent)
  if (name === undefined) return []
  const plug = agent.parameters.find(each => each.name === 'plug')
  const own = agent.name === fencePlug.agent ? ['relay'] : []
  return [...new Set(['plug', name, ...(plug?.formerNames ?? []), ...own])]
}

function missingProblems(agent: FenceAgent, device: FencingDevice): ParameterProblem[] {
  const given = new Set(givenNames(device))
  return agent.parameters
    .filter(({ name, isRequired, isDeprecated, formerNames }) => {
      return isRequired && !isDeprecated && ![name, ...formerNames].some(each => given.has(each))
    })
    .map(({ name, isSecret }) => ({
      severity: 'error',
      parameter: name,
      message: `${device.id}: ${agent.name} requires the parameter "${name}"`,
      hint: isSecret
        ? `Declare it under secrets: {${name}: {env: VARIABLE}}.`
        : `Declare it under params: {${name}: …}.`,
    }))
}

function valueProblems(agent: FenceAgent, device: FencingDevice, name: string, value: string): ParameterProblem[] {
  const parameter = parameterNamed(agent, name)
  if (parameter === undefined || name === 'action') return []
  if (parameter.isSecret) return isConcealed(value) ? [] : [inClearText(device, name)]
  const expected = expectation(parameter, value)
  if (expected === undefined) return []
  const hint = parameter.type === 'select' ? didYouMean(value, parameter.choices, 'It is one of') : undefined
  return [
    {
      severity: 'error',
      parameter: name,
      message: `${device.id}: ${name} must be ${expected}, not ${JSON.stringify(value)}`,
      ...(hint !== undefined && { hint }),
    },
  ]
}

function inClearText({ id }: FencingDevice, parameter: string): ParameterProblem {
  return {
    severity: 'warning',
    parameter,
    message: `${id}: ${parameter} is a secret and stands in the inventory in clear text`,
    hint: `Move it to secrets, where it is read from the environment, a file, a program or a vault: secrets: {${parameter}: {env: VARIABLE}}.`,
  }
}

/** What the value should be, if it is something else. The rules are those of fence-agents' own library, fencing.py. */
function expectation({ type, choices }: FenceParameter, value: string): string | undefined {
  switch (type) {
    case 'integer':
      return /^-?\d+$/.test(value) ? undefined : 'a whole number'
    case 'seconds':
      return /^-?\d+$/.test(value) ? undefined : 'a whole number of seconds, without a unit'
    case 'boolean':
      return /^(1|0|yes|no|on|off|true|false)$/i.test(value) ? undefined : 'true or false'
    case 'select':
      return choices.length === 0 || choices.some(choice => choice.toLowerCase() === value.toLowerCase())
        ? undefined
        : `one of ${choices.join(', ')}`
    default:
      return undefined
  }
}
