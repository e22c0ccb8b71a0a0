import { clonesByPrimitive, isPromotable } from '../declaration/clones.js'
import type { Cluster } from '../declaration/declaration.js'
import type { Scope } from '../members.js'
import { cacheAdvice } from '../pacemaker/agent-advice.js'
import { primitivesStarted } from '../pacemaker/started.js'

/** What follows a change of resources: they start, and the next run finds what their agents advise on the nodes. */
export async function resourcesStarted(scope: Scope, resources: Cluster['resources']): Promise<void> {
  const primitives = resources.filter(resource => resource.kind === 'primitive')
  const promotable = [...clonesByPrimitive(resources)].filter(([, clone]) => isPromotable(clone))
  await primitivesStarted(
    scope,
    primitives.map(({ id }) => id),
    new Set(promotable.map(([id]) => id)),
  )
  await cacheAdvice(
    scope,
    primitives.map(({ agent }) => agent),
  )
}
