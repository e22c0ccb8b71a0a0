import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'

/** Where resources run that did not run there before, as sentences: `FloatIP now runs on node1`. Fencing devices are left out. */
export function movesSince(before: ClusterState, after: ClusterState): string[] {
  const ids = [...new Set(before.resources.filter(({ agent }) => !agent.startsWith('stonith:')).map(({ id }) => id))]
  return ids.flatMap(id => {
    const [former, present] = [before, after].map(({ resources }) =>
      resources.filter(resource => resource.id === id && resource.active).flatMap(({ nodes }) => nodes),
    ) as [string[], string[]]
    if (present.length === 0) return former.length === 0 ? [] : [`${id} runs nowhere`]
    return present.every(node => former.includes(node)) ? [] : [`${id} now runs on ${present.join(', ')}`]
  })
}
