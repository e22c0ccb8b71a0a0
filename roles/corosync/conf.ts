import { keepFormerScript } from '../../runner/tasks/former.js'
import { clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import { confAttributes, confPath } from '../../runner/cluster/corosync/files.js'
import { correctAttributes, replaceOnAll, validateConf, withWrongAttributes } from '../../runner/cluster/rollout/shared-file.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { forecastRollout } from '../../runner/cluster/rollout/forecast.js'
import { fullStop } from '../../runner/cluster/rollout/full-stop.js'
import { readCorosyncState } from '../../runner/cluster/corosync/state.js'
import { readOnAll, refuseUnselected, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { editedConf, wantedConf } from '../../runner/cluster/corosync/wanted-conf.js'
import { refuseUnloadedChanges, planRollout } from '../../runner/cluster/rollout/rollout-plan.js'
import type { ClusterTask } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { confDifferences } from './conf-differences.js'

/**
 * corosync.conf, the same bytes on every node: ha-run's own, or somebody else's with the declared values in it. What runs
 * is not touched here but for a full stop, and a file that Corosync could only take up in a way that was not allowed is
 * not even written: the next boot would bring it about.
 */
export function declaredConf(name: string, cluster: Cluster): ClusterTask<Node> {
  const written = clusterTask(name, {
    needs: ['no default cluster'],
    async check(scope) {
      const { texts, wanted, wrong, askew, isOurs } = await observe(scope, cluster)
      refuseUnselected(scope, [...wrong, ...askew.map(({ member }) => member)])
      const attributes = askew.flatMap(({ differences: some }) => some)
      if (wrong.length === 0) return attributes
      const way = await rolloutPlanOf(scope, wanted)
      if (!isOurs) refuseUnloadedChanges(way, cluster)
      return [...confDifferences(wanted, texts, await readCorosyncState(scope.members), way), ...attributes]
    },
    async forecast(scope) {
      const { wanted, wrong } = await observe(scope, cluster)
      return wrong.length === 0 ? [] : forecastRollout(scope, await rolloutPlanOf(scope, wanted))
    },
    async apply(scope) {
      const { wanted, wrong, askew, attributes, isOurs } = await observe(scope, cluster)
      if (!isOurs) await Promise.all(wrong.map(({ $ }) => $.script(keepFormerScript(confPath))))
      if (wrong.length > 0 && (await rolloutPlanOf(scope, wanted)).class === 'full stop') {
        await fullStop(scope, await readCorosyncState(scope.members), wanted)
      } else {
        await replaceOnAll(wrong, confPath, wanted, attributes, validateConf)
      }
      await correctAttributes(askew.map(({ member }) => member), confPath, confAttributes)
    },
  })
  // In a cluster that was found, only settings that are declared count.
  return Object.keys(cluster.explicit.corosync).length === 0 ? clusterTaskUnlessForeign(written) : written
}

async function rolloutPlanOf(scope: Scope, wanted: string) {
  return planRollout(wanted, await readCorosyncState(scope.members), scope)
}

/** What the nodes hold, what they are to hold, and which of them hold something else or hold it with a wrong mode or owner. */
async function observe({ members }: Scope, cluster: Cluster) {
  const [texts, states, { provenance }, cmap] = await Promise.all([
    readOnAll(members, fileText(confPath)), readOnAll(members, fileState(confPath)), readProvenance(members), readOnAll(members, runningCmap),
  ])
  const isOurs = provenance !== 'foreign'
  const named = texts.map(([{ name }, text]): [string, string | undefined] => [name, text])
  const wanted = isOurs ? wantedConf(cluster, named) : editedConf(cluster, named, cmap.find(([, some]) => some)?.[1])
  const wrong = texts.filter(([, text]) => text !== wanted).map(([member]) => member)
  const { type, mode, owner, group } = states.find(([, state]) => state !== undefined)?.[1] ?? {}
  if (!isOurs && type !== 'regular file' && wrong.length > 0) throw new TaskError(`${confPath} is a ${type ?? 'missing file'}, and somebody else's`, { hint: 'ha-run changes it only as a regular file' })
  const theirs = mode === undefined ? confAttributes : { mode, owner: `${owner}:${group}` }
  return { texts, wanted, wrong, isOurs, attributes: isOurs ? confAttributes : theirs, askew: isOurs ? withWrongAttributes(confPath, confAttributes, states) : [] }
}
