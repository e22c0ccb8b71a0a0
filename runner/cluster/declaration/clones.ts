import type { Clone, Resource } from './declaration.js'
import { isTrue } from './truth.js'

/** Whether instances of a clone are promoted: one of them is the primary, for instance. */
export function isPromotable(clone: Pick<Clone, 'meta'> | undefined): boolean {
  return isTrue(clone?.meta['promotable'] ?? 'false')
}

/** How many instances are to be promoted. Pacemaker's default is one; its former name of the option is master-max. */
export function promotedMax({ meta }: Clone): number {
  return Number(meta['promoted-max'] ?? meta['master-max'] ?? '1')
}

/** The clones of primitives, by their ids: a primitive of a cloned group has the clone of the group. */
export function clonesByPrimitive(resources: readonly Resource[]): Map<string, Clone> {
  return new Map(
    resources.flatMap(resource => {
      const { clone } = resource
      if (clone === undefined) return []
      return (resource.kind === 'group' ? resource.members : [resource.id]).map(id => [id, clone] as const)
    }),
  )
}
