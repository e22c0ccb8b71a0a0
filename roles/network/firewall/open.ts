import { ConnectError, TaskError } from '../../../runner/errors.js'
import { fileState, fileText } from '../../../runner/facts/files.js'
import { nftablesConf } from '../../../runner/facts/firewall/read.js'
import { reconnect } from '../../../runner/ssh/reconnect.js'
import { remote } from '../../../runner/ssh/remote.js'
import { quote } from '../../../runner/ssh/quote.js'
import type { Cluster, Node } from '../../../runner/cluster/declaration/declaration.js'
import { readNodeFirewall } from '../../../runner/cluster/firewall/state.js'
import { keepFormer } from '../../../runner/tasks/former.js'
import { retryUntilReachable, task, warn, type NodeScope, type NodeTask } from '../../../runner/tasks/index.js'
import { replaceFile } from '../../../runner/tasks/write-file.js'
import { confirmOpening, openPorts, undoSeconds } from './armed-opening.js'
import { withRules } from './nftables-conf.js'
import { openingDifferences, planOpening } from './plan.js'

/** `firewall: open`: ufw or nftables let the cluster's packets pass, now and after the next boot. Nothing else is changed. */
export function openFirewall(cluster: Cluster, node: Node): NodeTask {
  const plan = async ({ read }: NodeScope) => planOpening(await readNodeFirewall({ node, read }, cluster))
  return task("the firewall lets the cluster's packets pass", {
    oneAtATime: true,
    async check(scope) {
      const planned = await plan(scope)
      if (planned.refused !== undefined) throw new TaskError(planned.refused)
      const differences = openingDifferences(planned)
      return differences.length === 0 && planned.remarks.length > 0 ? warn(planned.remarks.join('; ')) : differences
    },
    async apply(scope) {
      const planned = await plan(scope)
      if (planned.ufw.length > 0 || planned.nft.length > 0) {
        await openPorts(scope.$, planned)
        await confirm(scope)
      }
      if (planned.nftAtBoot.length > 0) await writeNftablesConf(scope, planned.nftAtBoot)
    },
  })
}

/** @throws TaskError if the node does not answer over a new connection in time: then it removes the rules by itself. */
async function confirm(scope: NodeScope): Promise<void> {
  const { member } = scope
  const result = await retryUntilReachable(
    `${member.name} to answer over a new connection: unless confirmed, it removes the rules within ${undoSeconds} s`,
    undoSeconds / 2,
    scope,
    async () => {
      const connection = await reconnect(member.connection)
      try {
        await confirmOpening(remote(connection))
      } finally {
        await connection.close()
      }
    },
  )
  if (result instanceof ConnectError) {
    throw new TaskError(
      `the change of the firewall was not confirmed: ${result.message}. The node removes the rules by itself within ${undoSeconds} s`,
    )
  }
}

/** The new file must load on a machine without any rules, as at boot: in a network namespace of its own. */
async function writeNftablesConf({ $, read }: NodeScope, rules: string[]): Promise<void> {
  const [text, state] = await Promise.all([read(fileText(nftablesConf)), read(fileState(nftablesConf))])
  await keepFormer($, nftablesConf)
  await replaceFile(
    $,
    nftablesConf,
    withRules(text ?? '', rules),
    { mode: state?.mode ?? '0755', owner: state ? `${state.owner}:${state.group}` : 'root:root' },
    candidate => `PATH="$PATH:/usr/sbin:/sbin" unshare -n nft -f ${quote(candidate)}`,
  )
}
