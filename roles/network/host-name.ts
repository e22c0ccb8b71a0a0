import { replaceScript } from '../../runner/tasks/write-file.js'
import { nodeSections, parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import type { CmapValue } from '../../runner/cluster/corosync/cmap.js'
import { runningKeys } from '../../runner/cluster/corosync/facts.js'
import { isDebianDefault, runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { task, warn, type NodeTask } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'

const atBoot = '/etc/hostname'
const now = '/proc/sys/kernel/hostname'

/**
 * The name by which the cluster knows a node: the one that the running node list has, else its host name; and of a stopped
 * node, what its own corosync.conf has. Undefined: it is no member yet.
 */
function memberName(keys: Map<string, CmapValue> | undefined, conf: string | undefined, { declared, running }: { declared: string; running: string }): string | undefined {
  if (keys) return runsDebianDefault(keys) ? undefined : keys.get(`nodelist.node.${keys.get('nodelist.local_node_pos')?.value}.name`)?.value ?? running
  try {
    const file = parseCorosyncConf(conf ?? '')
    const names = isDebianDefault(file) ? [] : nodeSections(file).map(node => node.get('name'))
    return [running, declared].find(name => names.includes(name))
  } catch {
    return undefined
  }
}

/**
 * The host name is the inventory name before a node joins: two fresh Pis are both `raspberrypi`, and Pacemaker would
 * know them by that. A member is never renamed (rule 9.7): its node list decides who it is.
 */
export function hostName(name: string): NodeTask {
  return task('host name as in the inventory', {
    async check({ read }) {
      const [boot, running, keys, conf] = await Promise.all([
        read(fileText(atBoot)), read(fileText(now)), read(runningKeys), read(fileText(confPath)),
      ])
      const hostNow = running?.trim() ?? ''
      const member = memberName(keys, conf, { declared: name, running: hostNow })
      if (member !== undefined && member !== name) {
        throw new TaskError(`this node is a member of its cluster as ${member}, and the inventory calls it ${name}`, { hint: 'give it that name in the inventory' })
      }
      // Another host name does no harm to a member that the node list has by its own.
      if (member !== undefined && hostNow !== name) return warn(`the host name is ${hostNow}, and the cluster knows this node as ${name}: it stays`)
      const differences = [
        ...(boot?.trim() === name ? [] : [{ subject: `host name in ${atBoot}`, from: boot?.trim(), to: name }]),
        ...(hostNow === name ? [] : [{ subject: 'host name', from: running?.trim(), to: name }]),
      ]
      return differences
    },
    async apply({ $ }) {
      await $({ input: `${name}\n` }).script(replaceScript(atBoot, { mode: '0644', owner: 'root:root' }))
      await $`hostname -- ${name}`
    },
  })
}
