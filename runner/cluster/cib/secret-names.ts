import { HaRunError } from '../../errors.js'
import type { Fact } from '../../facts/fact.js'
import { noteSecretNames } from '../secret-parameters.js'
import { attribute, descendantsOf, readXml, type Element } from '../pacemaker/xml.js'

/** The CIB that was last looked at: a run reads the same one several times. */
let seen: string | undefined

/**
 * Hides, in all output from now on, what the agents in a CIB call a password. The rule for names covers the agents of Debian; the metadata
 * of others is read from the node.
 */
export async function learnSecretNames(cib: string | undefined, read: <T>(fact: Fact<T>) => Promise<T>): Promise<void> {
  if (cib === undefined || cib === seen) return
  const agents = await agentsFromElsewhere(cib)
  if (agents.length > 0) {
    // Rarely needed: its parser loads only then.
    const { secretParameters } = await import('../pacemaker/agent-metadata.js')
    try {
      for (const names of await Promise.all(agents.map(agent => read(secretParameters(agent))))) noteSecretNames(names)
    } catch (error) {
      // The node will be reported as lost by the task that needs it.
      if (!(error instanceof HaRunError)) throw error
    }
  }
  seen = cib
}

/** The agents in a CIB that are in no package of Debian, as crm_resource names them: `ocf:ours:printer`. */
export async function agentsFromElsewhere(cib: string): Promise<string[]> {
  const primitives = descendantsOf(readable(cib), 'primitive', 'template')
  const names = await Promise.all(
    primitives.map(async primitive => {
      const [kind, provider, type = ''] = ['class', 'provider', 'type'].map(name => attribute(primitive, name))
      if (kind === 'ocf' && provider !== 'heartbeat' && provider !== 'pacemaker') return `ocf:${provider}:${type}`
      if (kind !== 'stonith') return undefined
      const { agentPackages } = await import('../fencing/agent-packages.js')
      return agentPackages(type, undefined) === undefined ? `stonith:${type}` : undefined
    }),
  )
  return [...new Set(names.filter(name => name !== undefined))]
}

/** A CIB that cannot be read is the business of those who edit it. */
function readable(cib: string): Element | undefined {
  try {
    return readXml(cib)
  } catch {
    return undefined
  }
}
