import { howText, plainDrill, type DrillSettings } from '../../runner/cluster/drill.js'
import { role, trial, type ClusterRole } from '../../runner/cluster/role.js'
import { describeDrill } from './plan.js'
import { runRounds } from './rounds.js'

export { drillView as view } from './view.js'

/** Makes a node fail, measures the failover, and repairs the node. @param settings - from the command line. */
export function withSettings(settings: DrillSettings): ClusterRole {
  return role('drill', ({ cluster }) => [
    trial(howText(settings), {
      plan: async scope => describeDrill(cluster, settings, scope),
      run: async scope => runRounds(cluster, settings, scope),
    }),
  ])
}

export default withSettings(plainDrill)
