import * as z from 'zod/mini'
import { replaceFile } from '../../tasks/write-file.js'
import { fileState, fileText } from '../../facts/files.js'
import type { AdvisedAction } from './operation-timeouts.js'
import type { ClusterMember, Scope } from '../members.js'

/**
 * The agents' advice when ha-run last changed the CIB, cached on the nodes. To read an agent's metadata starts 5 to 20 processes, and
 * its advice is the same as long as its file is.
 */
const cacheFile = '/var/lib/ha-run/agents.json'

const schema = z.record(
  z.string(),
  z.object({
    /** SHA-256 of the agent's file. */
    hash: z.string(),
    actions: z.array(
      z.object({ name: z.string(), timeout: z.exactOptional(z.string()), role: z.exactOptional(z.string()) }),
    ),
  }),
)

type Advice = z.infer<typeof schema>

/** What an agent advises for its operations. @throws TaskError if the node has no such agent. */
export async function advisedActions(member: ClusterMember, agent: string): Promise<AdvisedAction[]> {
  const file = agentFile(agent)
  if (file !== undefined) {
    const [state, text] = await Promise.all([member.read(fileState(file)), member.read(fileText(cacheFile))])
    const known = parseAdvice(text)[agent]
    if (known && known.hash === state?.hash) return known.actions
  }
  // Rarely needed: its parser loads only then.
  const { agentMetadata } = await import('./agent-metadata.js')
  return (await member.read(agentMetadata(agent))).actions
}

/**
 * Caches the advice of the leader's agents on all nodes; a node ignores the advice of an agent whose file differs. This only saves
 * time: if the cache cannot be written, the next run asks the agents again.
 */
export async function cacheAdvice({ leader, selected }: Scope, agents: string[]): Promise<void> {
  const advice = await Promise.all(
    [...new Set(agents)].map(async (agent): Promise<[string, Advice[string]][]> => {
      const file = agentFile(agent)
      const hash = file === undefined ? undefined : (await leader.read(fileState(file)))?.hash
      return hash === undefined ? [] : [[agent, { hash, actions: await advisedActions(leader, agent) }]]
    }),
  )
  const input = `${JSON.stringify(Object.fromEntries(advice.flat()), null, 1)}\n`
  await Promise.allSettled(
    selected
      .filter(({ unreachable }) => !unreachable)
      .map(({ $ }) => replaceFile($, cacheFile, input, { mode: '0644', owner: 'root:root' })),
  )
}

/** Empty if the file is not valid: then the agents are asked. */
export function parseAdvice(text: string | undefined): Advice {
  try {
    return schema.parse(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}

/** The path of an agent; undefined unless it is an OCF agent. */
export function agentFile(agent: string): string | undefined {
  const [, provider, type] = /^ocf:([\w-]+):([\w.-]+)$/.exec(agent) ?? []
  return provider === undefined ? undefined : `/usr/lib/ocf/resource.d/${provider}/${type}`
}
