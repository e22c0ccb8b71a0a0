import { corosyncConf, parseCorosyncConf, type Section } from '../../runner/cluster/corosync-conf.js'
import { confAttributes, confPath, correctAttributes, replaceOnAll, validateConf, withWrongAttributes } from '../../runner/cluster/corosync-files.js'
import type { Cluster, Node } from '../../runner/cluster/declaration.js'
import { foretell } from '../../runner/cluster/foretold.js'
import { fullStop } from '../../runner/cluster/full-stop.js'
import { readLoaded } from '../../runner/cluster/loaded.js'
import { readOnAll, refuseUnselected, type Scope } from '../../runner/cluster/members.js'
import { resolveNodeIds } from '../../runner/cluster/node-ids.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { wayTo } from '../../runner/cluster/way-of-change.js'
import type { ClusterTask } from '../../runner/engine/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { confDifferences } from './conf-differences.js'

/**
 * corosync.conf, the same bytes on every node. What runs is not touched here but for a full stop, and a file that
 * Corosync could only take up in a way that was not allowed is not even written: the next boot would bring it about.
 */
export function declaredConf(name: string, cluster: Cluster): ClusterTask<Node> {
  return clusterTask(name, {
    needs: ['no default cluster'],
    async check(scope) {
      const { texts, wanted, wrong, askew } = await observe(scope, cluster)
      refuseUnselected(scope, [...wrong, ...askew.map(({ member }) => member)])
      const differences = wrong.length === 0 ? [] : confDifferences(wanted, texts, await readLoaded(scope.members), await wayOf(scope, wanted))
      return [...differences, ...askew.flatMap(({ differences: some }) => some)]
    },
    async forecast(scope) {
      const { wanted, wrong } = await observe(scope, cluster)
      return wrong.length === 0 ? [] : foretell(scope, await wayOf(scope, wanted))
    },
    async apply(scope) {
      const { wanted, wrong, askew } = await observe(scope, cluster)
      if (wrong.length > 0 && (await wayOf(scope, wanted)).class === 'full stop') {
        await fullStop(scope, await readLoaded(scope.members), wanted)
      } else {
        await replaceOnAll(wrong, confPath, wanted, confAttributes, validateConf)
      }
      await correctAttributes(askew.map(({ member }) => member), confPath, confAttributes)
    },
  })
}

async function wayOf(scope: Scope, wanted: string) {
  return wayTo(wanted, await readLoaded(scope.members), scope)
}

/** What the nodes hold, what they are to hold, and which of them hold something else or hold it with a wrong mode or owner. */
async function observe({ members }: Scope, cluster: Cluster) {
  const [texts, states] = await Promise.all([readOnAll(members, fileText(confPath)), readOnAll(members, fileState(confPath))])
  const wanted = wantedConf(cluster, texts.map(([{ name }, text]) => [name, text]))
  const wrong = texts.filter(([, text]) => text !== wanted).map(([member]) => member)
  return { texts, wanted, wrong, askew: withWrongAttributes(confPath, confAttributes, states) }
}

/**
 * The declared file, with the node ids that the nodes' own files have.
 *
 * @throws TaskError where those contradict each other, or name other members than the inventory.
 */
export function wantedConf(cluster: Cluster, texts: [node: string, text: string | undefined][]): string {
  const confs = new Map(texts.map(([node, text]) => [node, readable(text)]))
  const { ids, missing, foreign } = resolved(cluster.nodes.map(({ name }) => name), confs)
  const changes = [...missing.map(name => `${name} is new`), ...foreign.map(name => `${name} is not in the inventory`)]
  if (changes.length > 0) {
    throw new TaskError(`the members of a formed cluster would change: ${changes.join(', ')}`, {
      hint: 'ha-run does not add or remove members yet: make the inventory say who they are, or do it by hand',
    })
  }
  return corosyncConf(cluster, ids)
}

function resolved(names: string[], confs: Map<string, Section | undefined>) {
  try {
    return resolveNodeIds(names, confs)
  } catch (error) {
    throw new TaskError((error as Error).message, { hint: `make ${confPath} say the same on all nodes, then run again`, cause: error })
  }
}

/** A file that Corosync itself could not read has no say; it is replaced like any other wrong one. */
function readable(text: string | undefined): Section | undefined {
  try {
    return text === undefined ? undefined : parseCorosyncConf(text)
  } catch {
    return undefined
  }
}
