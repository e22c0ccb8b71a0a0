import { replaceScript } from '../../runner/blocks/write-file.js'
import { nodeSections, parseCorosyncConf } from '../../runner/cluster/corosync-conf.js'
import { confPath } from '../../runner/cluster/corosync-files.js'
import { runningKeys } from '../../runner/cluster/facts.js'
import { isDebianDefault, runsDebianDefault } from '../../runner/cluster/node-ids.js'
import { task, type NodeTask } from '../../runner/engine/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'

const atBoot = '/etc/hostname'
const now = '/proc/sys/kernel/hostname'

/** Whether a stopped node is the member of that name by its corosync.conf. */
function isNodeOf(conf: string | undefined, name: string | undefined): boolean {
  try {
    const file = parseCorosyncConf(conf ?? '')
    return !isDebianDefault(file) && nodeSections(file).some(node => node.get('name') === name)
  } catch {
    return false
  }
}

/**
 * The host name is the inventory name before a node joins: two fresh Pis are both `raspberrypi`, and Pacemaker would
 * know them by that. A member is never renamed (rule 9.7).
 */
export function hostName(name: string): NodeTask {
  return task('host name as in the inventory', {
    async check({ read }) {
      const [boot, running, keys, conf] = await Promise.all([
        read(fileText(atBoot)), read(fileText(now)), read(runningKeys), read(fileText(confPath)),
      ])
      const differences = [
        ...(boot?.trim() === name ? [] : [{ subject: `host name in ${atBoot}`, from: boot?.trim(), to: name }]),
        ...(running?.trim() === name ? [] : [{ subject: 'host name', from: running?.trim(), to: name }]),
      ]
      const isMember = keys ? !runsDebianDefault(keys) : isNodeOf(conf, running?.trim())
      if (isMember && differences.some(({ subject }) => subject === 'host name')) {
        throw new TaskError(`this node is a member of a cluster as ${running?.trim()}, and the inventory calls it ${name}`, {
          hint: `give it that name in the inventory; or, if it is to be set up anew, remove its ${confPath}`,
        })
      }
      return differences
    },
    async apply({ $ }) {
      await $({ input: `${name}\n` }).script(replaceScript(atBoot, { mode: '0644', owner: 'root:root' }))
      await $`hostname -- ${name}`
    },
  })
}
