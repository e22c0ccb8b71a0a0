import { role, trial, type ClusterRole } from '../../runner/cluster/role.js'
import { settingsOf, type DrillFlags } from './options.js'
import { describeDrill } from './describe.js'
import { runRounds } from './rounds.js'
import { defaultSettings, faultText, type DrillSettings } from './settings.js'

export { checkFlags, options } from './options.js'
export { drillView as view } from './view.js'

/** Makes a node fail, measures the failover, and repairs the node. */
function drill(settings: DrillSettings): ClusterRole {
  return role('drill', ({ cluster }) => [
    trial(faultText(settings), {
      plan: async scope => describeDrill(cluster, settings, scope),
      run: async scope => runRounds(cluster, settings, scope),
    }),
  ])
}

export function withFlags(flags: DrillFlags): ClusterRole {
  return drill(settingsOf(flags))
}

export default drill(defaultSettings)
