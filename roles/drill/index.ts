import { howText, plainDrill, type DrillSettings } from '../../runner/cluster/drill.js'
import { role, trial, type ClusterRole } from '../../runner/cluster/role.js'
import { drillPlan } from './plan.js'
import { drillRounds } from './rounds.js'

/** A measured failover, and back. @param settings - what the command line says. */
export function withSettings(settings: DrillSettings): ClusterRole {
  return role('drill', ({ cluster }) => [
    trial(howText(settings), {
      plan: async scope => drillPlan(cluster, settings, scope),
      run: async scope => drillRounds(cluster, settings, scope),
    }),
  ])
}

export default withSettings(plainDrill)
