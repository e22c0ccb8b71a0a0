import * as z from 'zod/mini'
import { replaceScript } from '../../tasks/write-file.js'
import { fileState, fileText } from '../../facts/files.js'
import type { AdvisedAction } from './agent-metadata.js'
import { agentMetadata } from './facts.js'
import type { ClusterMember, Scope } from '../members.js'

/**
 * What agents advised when the CIB was last written, kept on the nodes. Asking an agent for its metadata starts 5 to 20
 * processes; as long as its file is the same, so is what it says.
 */
const keptFile = '/var/lib/ha-run/agents.json'

const schema = z.record(z.string(), z.object({
  /** SHA-256 of the agent's file. */
  hash: z.string(),
  actions: z.array(z.object({ name: z.string(), timeout: z.exactOptional(z.string()), role: z.exactOptional(z.string()) })),
}))

type Advice = z.infer<typeof schema>

/** What an agent advises for its operations. @throws TaskError where the node has no such agent. */
export async function advisedActions(member: ClusterMember, agent: string): Promise<AdvisedAction[]> {
  const file = agentFile(agent)
  if (file !== undefined) {
    const [state, text] = await Promise.all([member.read(fileState(file)), member.read(fileText(keptFile))])
    const known = parseAdvice(text)[agent]
    if (known && known.hash === state?.hash) return known.actions
  }
  return member.read(agentMetadata(agent))
}

/**
 * Keeps what these agents advise, as the leader has it; a node whose agents are others will not believe it. It only saves
 * time: where it cannot be written, the agents are asked again.
 */
export async function keepAdvice({ leader, selected }: Scope, agents: string[]): Promise<void> {
  const advice = await Promise.all([...new Set(agents)].map(async (agent): Promise<[string, Advice[string]][]> => {
    const file = agentFile(agent)
    const hash = file === undefined ? undefined : (await leader.read(fileState(file)))?.hash
    return hash === undefined ? [] : [[agent, { hash, actions: await advisedActions(leader, agent) }]]
  }))
  const input = `${JSON.stringify(Object.fromEntries(advice.flat()), null, 1)}\n`
  const script = replaceScript(keptFile, { mode: '0644', owner: 'root:root' })
  await Promise.all(selected.filter(({ unreachable }) => !unreachable).map(({ $ }) => $({ input, nothrow: true }).script(script).catch(() => {})))
}

/** Nothing where the file says nothing that we understand: then the agents are asked. */
export function parseAdvice(text: string | undefined): Advice {
  try {
    return schema.parse(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}

/** Where Pacemaker finds an agent; only OCF agents are files that we know of. */
export function agentFile(agent: string): string | undefined {
  const [, provider, type] = /^ocf:([\w-]+):([\w.-]+)$/.exec(agent) ?? []
  return provider === undefined ? undefined : `/usr/lib/ocf/resource.d/${provider}/${type}`
}
