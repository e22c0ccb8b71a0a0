import { replaceScript } from '../../runner/blocks/write-file.js'
import { runningKeys } from '../../runner/cluster/facts.js'
import { task, type NodeTask } from '../../runner/engine/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'

const atBoot = '/etc/hostname'
const now = '/proc/sys/kernel/hostname'

/**
 * The host name is the inventory name before a node joins: two fresh Pis are both `raspberrypi`, and Pacemaker would
 * know them by that. A member is never renamed (rule 9.7).
 */
export function hostName(name: string): NodeTask {
  return task('host name as in the inventory', {
    async check({ read }) {
      const [boot, running, keys] = await Promise.all([read(fileText(atBoot)), read(fileText(now)), read(runningKeys)])
      const differences = [
        ...(boot?.trim() === name ? [] : [{ subject: `host name in ${atBoot}`, from: boot?.trim(), to: name }]),
        ...(running?.trim() === name ? [] : [{ subject: 'host name', from: running?.trim(), to: name }]),
      ]
      const isMember = keys !== undefined && keys.get('totem.cluster_name')?.value !== 'debian'
      if (isMember && differences.some(({ subject }) => subject === 'host name')) {
        throw new TaskError(`this node is a member of a running cluster as ${running?.trim()}, and the inventory calls it ${name}`, {
          hint: 'give it that name in the inventory, or stop the cluster on it and run again',
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
