import { lastLines, TaskError } from '../../errors.js'
import type { Fact, Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import {
  descriptionOf,
  parameterOf,
  parseAgentDocument,
  type AgentParameter,
  type ParameterElement,
} from '../pacemaker/agent-metadata.js'
import { isSecretParameter, noteSecretNames } from '../secret-parameters.js'

/**
 * What a fence agent says about its parameters: `action=metadata` on its stdin
 * (https://github.com/ClusterLabs/fence-agents/blob/main/doc/FenceAgentAPI.md).
 */
export interface FenceAgent {
  /** The name of its program, such as `fence_ipmilan`. */
  name: string
  parameters: FenceParameter[]
  /** `on`, `off`, `reboot`, `status`, `list`, `monitor`, and more. */
  actions: string[]
}

/** A parameter is not required if Pacemaker supplies it. */
export interface FenceParameter extends AgentParameter {
  type: 'string' | 'integer' | 'seconds' | 'boolean' | 'select'
  /** What a `select` may be; empty for all other types. */
  choices: string[]
  default?: string
  /** True if the value is a secret, by the parameter's name or description. */
  isSecret: boolean
}

/** The directory of fence agents: the only one in which Pacemaker looks for them. */
export const agentDirectory = '/usr/sbin'

/**
 * Reads what a fence agent prints for `action=metadata`.
 *
 * @throws Error if this is no `<resource-agent>` document.
 */
export function parseFenceAgent(name: string, text: string): FenceAgent {
  const { parameters, actions } = parseAgentDocument(text)
  const elements = typeof parameters === 'object' ? (parameters.parameter ?? []) : []
  return {
    name,
    parameters: elements.map(fenceParameterOf),
    actions: typeof actions === 'object' ? (actions.action ?? []).flatMap(action => action.name ?? []) : [],
  }
}

const types: Record<string, FenceParameter['type']> = {
  integer: 'integer',
  second: 'seconds',
  boolean: 'boolean',
  select: 'select',
}

function fenceParameterOf(element: ParameterElement): FenceParameter {
  const { isRequired, ...parameter } = parameterOf(element)
  const { name } = parameter
  const content = typeof element.content === 'object' ? element.content : {}
  const type = types[content.type ?? ''] ?? 'string'
  return {
    ...parameter,
    isRequired: isRequired && !suppliedByPacemaker.has(name),
    type,
    choices: type === 'select' ? (content.option ?? []).flatMap(({ value }) => value ?? []) : [],
    ...(content.default !== undefined && { default: content.default }),
    isSecret: type === 'string' && isSecretParameter(name, descriptionOf(element)),
  }
}

/** Pacemaker passes the action and, in one of these, the node or its plug (`stonith_rhcs_parameter_not_required` in its source). */
const suppliedByPacemaker = new Set(['action', 'plug', 'port', 'nodename'])

/**
 * The parameter in which Pacemaker passes the node's name, or its plug from pcmk_host_map, unless the device has a value for it itself: `port`
 * if the metadata has such a parameter, else `plug` (docs/facts.md). `nodename` always has the node's name.
 */
export function hostArgument({ parameters }: FenceAgent): 'port' | 'plug' | undefined {
  return (['port', 'plug'] as const).find(name => parameters.some(parameter => parameter.name === name))
}

const metadata: Family<FenceAgent> = {
  name: 'fence agents: action=metadata',
  script: agents =>
    agents
      .map(
        agent => sh`echo action=metadata | timeout -k 2 30 ${`${agentDirectory}/${agent}`}` + `; printf '\\0%s\\0' $?`,
      )
      .join('\n'),
  parse({ stdout, stderr }, agents) {
    const fields = stdout.split('\0')
    return agents.map((agent, at) => {
      const command = `echo action=metadata | ${agentDirectory}/${agent}`
      if (fields[at * 2 + 1] !== '0')
        throw new TaskError(`the fence agent ${agent} does not describe its parameters`, {
          command,
          output: lastLines(stderr),
        })
      try {
        const described = parseFenceAgent(agent, fields[at * 2]!)
        noteSecretNames(described.parameters.filter(({ isSecret }) => isSecret).map(({ name: secret }) => secret))
        return described
      } catch (error) {
        throw new TaskError(`the metadata of ${agent} cannot be read: ${(error as Error).message}`, {
          command,
          cause: error,
        })
      }
    })
  },
}

/** What a fence agent of a node says about its parameters. Rejects with TaskError if the node has no such agent. */
export function fenceAgent(name: string): Fact<FenceAgent> {
  return { family: metadata, argument: name }
}
