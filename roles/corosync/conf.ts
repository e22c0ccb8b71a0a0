import { keepFormer } from '../../runner/tasks/former.js'
import { clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { readProvenance } from '../../runner/cluster/adoption/provenance.js'
import { confAttributes, confPath } from '../../runner/cluster/corosync/files.js'
import {
  correctAttributes,
  discardLeft,
  leftStaged,
  replaceOnAll,
  validateConf,
  withWrongAttributes,
} from '../../runner/cluster/rollout/shared-file.js'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { forecastRollout } from '../../runner/cluster/rollout/forecast.js'
import { fullStop } from '../../runner/cluster/rollout/full-stop.js'
import { readCorosyncState } from '../../runner/cluster/corosync/state.js'
import { readOnAll, refuseUnselected, type Scope } from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { withPresentDevice } from '../../runner/cluster/corosync/quorum-device.js'
import { editedConf, wantedConf } from '../../runner/cluster/corosync/wanted-conf.js'
import { refuseUnloadedChanges, planRollout } from '../../runner/cluster/rollout/rollout-plan.js'
import type { ClusterTask, TaskRef } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { confDifferences } from './conf-differences.js'
import { corosyncTasks } from './refs.js'

export interface ConfOptions {
  /** Whether the file gets the declared quorum device, or keeps the one that it has (`withPresentDevice`). */
  quorumDevice: 'declared' | 'present'
}

/**
 * The same corosync.conf on every node: ha-run's own, or that of a foreign cluster with the declared values in it. The
 * running daemons stay as they are, unless a full stop is needed. A file that would need an outage which the user has
 * not allowed is not written at all, because the next boot would load it.
 */
export function declaredConf(
  cluster: Cluster,
  needs: readonly TaskRef[],
  { quorumDevice }: ConfOptions = { quorumDevice: 'present' },
): ClusterTask<Node> {
  const compareFiles = async (scope: Scope) => compare(scope, cluster, quorumDevice)
  const conf = clusterTask(corosyncTasks.write.name, {
    needs,
    async check(scope) {
      const [{ texts, wanted, outdated, withWrongMode, isForeign }, left] = await Promise.all([
        compareFiles(scope),
        leftStaged(scope.members, confPath),
      ])
      refuseUnselected(scope, [...outdated, ...[...withWrongMode, ...left].map(({ member }) => member)])
      const others = [
        ...withWrongMode.flatMap(({ differences: some }) => some),
        ...left.map(({ difference }) => difference),
      ]
      if (outdated.length === 0) return others
      const plan = await planFor(scope, wanted)
      if (isForeign) refuseUnloadedChanges(plan, cluster)
      return [...confDifferences(wanted, texts, await readCorosyncState(scope.members), plan), ...others]
    },
    async forecast(scope) {
      const { wanted, outdated } = await compareFiles(scope)
      return outdated.length === 0 ? [] : forecastRollout(scope, await planFor(scope, wanted))
    },
    async apply(scope) {
      const { wanted, outdated, withWrongMode, attributes, isForeign } = await compareFiles(scope)
      if (isForeign) await Promise.all(outdated.map(({ $ }) => keepFormer($, confPath)))
      if (outdated.length > 0 && (await planFor(scope, wanted)).class === 'full stop') {
        await fullStop(scope, await readCorosyncState(scope.members), wanted)
      } else {
        await replaceOnAll(outdated, confPath, wanted, attributes, validateConf)
      }
      await correctAttributes(
        withWrongMode.map(({ member }) => member),
        confPath,
        confAttributes,
      )
      await discardLeft(scope.members, confPath)
    },
  })
  // On a foreign cluster, only explicitly declared settings apply.
  return Object.keys(cluster.explicit.corosync).length === 0 ? clusterTaskUnlessForeign(conf) : conf
}

async function planFor(scope: Scope, wanted: string) {
  return planRollout(wanted, await readCorosyncState(scope.members), scope)
}

/** The nodes' files, the wanted text, and the nodes whose file has another text, or a wrong mode or owner. */
async function compare({ members }: Scope, cluster: Cluster, quorumDevice: ConfOptions['quorumDevice']) {
  const [texts, states, { provenance }, cmaps] = await Promise.all([
    readOnAll(members, fileText(confPath)),
    readOnAll(members, fileState(confPath)),
    readProvenance(members),
    readOnAll(members, runningCmap),
  ])
  const isForeign = provenance === 'foreign'
  const textsByName = texts.map(([{ name }, text]): [string, string | undefined] => [name, text])
  const wanted = isForeign
    ? editedConf(cluster, textsByName, cmaps.find(([, cmap]) => cmap)?.[1])
    : wantedConf(
        quorumDevice === 'declared'
          ? cluster
          : withPresentDevice(
              cluster,
              texts.map(([, text]) => text),
            ),
        textsByName,
      )
  const outdated = texts.filter(([, text]) => text !== wanted).map(([member]) => member)
  const { type, mode, owner, group } = states.find(([, state]) => state !== undefined)?.[1] ?? {}
  if (isForeign && type !== 'regular file' && outdated.length > 0) {
    throw new TaskError(`${confPath} is a ${type ?? 'missing file'}, and somebody else built the cluster`, {
      hint: 'ha-run changes the file there only if it is a regular file',
    })
  }
  const ownAttributes = mode === undefined ? confAttributes : { mode, owner: `${owner}:${group}` }
  return {
    texts,
    wanted,
    outdated,
    isForeign,
    attributes: isForeign ? ownAttributes : confAttributes,
    withWrongMode: isForeign ? [] : withWrongAttributes(confPath, confAttributes, states),
  }
}
