import { XMLParser } from 'fast-xml-parser'
import { lastLines, TaskError } from '../../errors.js'
import { withDaemonTimeout, type Fact, type Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { isSecretParameter } from '../secret-parameters.js'
import type { AdvisedAction } from './operation-timeouts.js'

/**
 * Lenient, since an agent that works must not fail for its metadata: a `--` in a comment, an unescaped `<` in an attribute and a
 * prefix without a namespace are accepted. Truncated text is refused.
 */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  ignoreDeclaration: true,
  isArray: name => ['action', 'parameter', 'option'].includes(name),
})

/** What an agent says about itself, as far as ha-run reads it. An element without content is an empty string. */
export interface AgentDocument {
  name?: string
  parameters?: { parameter?: ParameterElement[] } | string
  actions?: { action?: { name?: string; timeout?: string; role?: string }[] } | string
}

export interface ParameterElement {
  name?: string
  required?: string
  /** An attribute of fence agents, and an element since OCF 1.1. */
  deprecated?: unknown
  /** The former names, separated by commas. */
  obsoletes?: string
  content?: { type?: string; default?: string; option?: { value?: string }[] } | string
  shortdesc?: { '#text'?: string | number } | string | number
}

/** What an agent says about its operations and its parameters. */
export interface AgentMetadata {
  actions: AdvisedAction[]
  parameters: AgentParameter[]
}

export interface AgentParameter {
  name: string
  /** True if the agent requires a value and has no default for it. */
  isRequired: boolean
  /** Former names of this parameter, which still work. */
  formerNames: string[]
  /** True if this is itself a former name of another parameter. */
  isDeprecated: boolean
}

/**
 * Reads an agent's metadata: `crm_resource --show-metadata ocf:heartbeat:apache`.
 * @throws Error if this is no `<resource-agent>` document.
 */
export function parseAgentMetadata(text: string): AgentMetadata {
  const { actions: list, parameters } = parseAgentDocument(text)
  const actions = typeof list === 'object' ? (list.action ?? []) : []
  return {
    actions: actions.map(({ name: action = '', timeout, role }) => ({
      name: action,
      ...(timeout && { timeout }),
      ...(role && { role }),
    })),
    parameters: typeof parameters === 'object' ? (parameters.parameter ?? []).map(parameterOf) : [],
  }
}

/** A parameter, without what only fence agents say about it. */
export function parameterOf({
  name = '',
  required,
  deprecated,
  obsoletes = '',
  content,
}: ParameterElement): AgentParameter {
  const { default: value } = typeof content === 'object' ? content : {}
  return {
    name,
    // Agents of resource-agents write an empty default where they have none.
    isRequired: required === '1' && (value ?? '') === '',
    formerNames: obsoletes.split(',').filter(former => former !== ''),
    isDeprecated: deprecated !== undefined && deprecated !== '0',
  }
}

/** @throws Error if this is no `<resource-agent>` document. */
export function parseAgentDocument(text: string): AgentDocument {
  const [[name, agent] = []] = Object.entries(parse(text))
  if (name !== 'resource-agent' || agent === undefined) throw new Error(`not an agent's metadata: <${name}>`)
  return agent
}

function parse(text: string): Record<string, AgentDocument> {
  try {
    return parser.parse(text.trim(), true) as Record<string, AgentDocument>
  } catch (error) {
    throw new Error(`not valid XML: ${(error as Error).message}`, { cause: error })
  }
}

/** Each agent's metadata, followed by a NUL, the exit code, and another NUL. */
function metadataScript(agents: readonly string[]): string {
  return agents
    .map(agent => withDaemonTimeout(sh`crm_resource --show-metadata ${agent}`, 10) + `; printf '\\0%s\\0' $?`)
    .join('\n')
}

const metadata: Family<AgentMetadata> = {
  name: 'crm_resource --show-metadata',
  script: metadataScript,
  parse({ stdout, stderr }, agents) {
    const fields = stdout.split('\0')
    return agents.map((agent, at) => {
      const command = `crm_resource --show-metadata ${agent}`
      if (fields[at * 2 + 1] !== '0')
        return new TaskError(`there is no agent ${agent}`, { command, output: lastLines(stderr) })
      try {
        return parseAgentMetadata(fields[at * 2]!)
      } catch (error) {
        return new TaskError(`the metadata of ${agent} cannot be read: ${(error as Error).message}`, {
          command,
          cause: error,
        })
      }
    })
  },
}

/** What an agent says about itself. Rejects with TaskError if the node has no such agent. */
export function agentMetadata(agent: string): Fact<AgentMetadata> {
  return { family: metadata, argument: agent }
}

/** The names of the parameters that an agent's metadata describes as passwords or other secrets. */
export function secretNamesIn(text: string): string[] {
  const { parameters } = parseAgentDocument(text)
  const elements = typeof parameters === 'object' ? (parameters.parameter ?? []) : []
  return elements.flatMap(element =>
    element.name !== undefined && isSecretParameter(element.name, descriptionOf(element)) ? [element.name] : [],
  )
}

/** The short description of a parameter. */
export function descriptionOf({ shortdesc }: ParameterElement): string {
  return String((typeof shortdesc === 'object' ? shortdesc['#text'] : shortdesc) ?? '')
}

const secrets: Family<string[]> = {
  name: 'crm_resource --show-metadata, for secrets',
  script: metadataScript,
  parse({ stdout }, agents) {
    const fields = stdout.split('\0')
    return agents.map((_, at) => {
      try {
        return secretNamesIn(fields[at * 2] ?? '')
      } catch {
        // The agent is not installed here, or describes nothing.
        return []
      }
    })
  },
}

/** The names of an agent's parameters that are secrets by its metadata; none if the node does not have the agent. */
export function secretParameters(agent: string): Fact<string[]> {
  return { family: secrets, argument: agent }
}
