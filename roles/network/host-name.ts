import { nodeSections, parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import type { Cmap } from '../../runner/cluster/corosync/cmap.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { isDebianDefault, runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { warn, type Finding, type NodeScope } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'

/** Read at boot. */
export const hostNameFile = '/etc/hostname'
const runningHostName = '/proc/sys/kernel/hostname'

/**
 * How the host name differs from the inventory name. It is set before a node joins: two new Raspberry Pis are both called
 * `raspberrypi`, and Pacemaker would use that name. A member is never renamed: its node list decides what it is called.
 *
 * @throws TaskError if the node is a member of its cluster by another name.
 */
export async function checkHostName(name: string, read: NodeScope['read']): Promise<Finding> {
  const [atBoot, running, cmap, conf] = await Promise.all([
    read(fileText(hostNameFile)),
    read(fileText(runningHostName)),
    read(runningCmap),
    read(fileText(confPath)),
  ])
  const current = running?.trim() ?? ''
  const member = memberName(cmap, conf, { declared: name, running: current })
  if (member !== undefined && member !== name) {
    throw new TaskError(`this node is a member of its cluster as ${member}, but its name in the inventory is ${name}`, {
      hint: `rename it to ${member} in the inventory`,
    })
  }
  // The node list has the right name, so another host name does no harm.
  if (member !== undefined && current !== name)
    return warn(`the host name is ${current}, and the cluster knows this node as ${name}: the host name is kept`)
  return [
    ...(atBoot?.trim() === name ? [] : [{ subject: `host name in ${hostNameFile}`, from: atBoot?.trim(), to: name }]),
    ...(current === name ? [] : [{ subject: 'host name', from: running?.trim(), to: name }]),
  ]
}

/**
 * The name by which the cluster knows a node: its name in the running node list, or else its host name. If Corosync is stopped,
 * the host name counts if it is in the node's corosync.conf. Undefined: the node is not a member yet.
 */
function memberName(
  cmap: Cmap | undefined,
  conf: string | undefined,
  { declared, running }: { declared: string; running: string },
): string | undefined {
  if (cmap)
    return runsDebianDefault(cmap)
      ? undefined
      : (cmap.get(`nodelist.node.${cmap.get('nodelist.local_node_pos')?.value}.name`)?.value ?? running)
  try {
    const parsed = parseCorosyncConf(conf ?? '')
    const names = isDebianDefault(parsed) ? [] : nodeSections(parsed).map(node => node.get('name'))
    return [running, declared].find(name => names.includes(name))
  } catch {
    return undefined
  }
}
