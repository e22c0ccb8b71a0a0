import { isDebianDefault, runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { cibPath } from '../../runner/cluster/cib/first-cib.js'
import { propertySets } from '../../runner/cluster/pacemaker/temporary-property.js'
import { elementsOf, parseXml, walk } from '../../runner/cluster/pacemaker/xml.js'
import { task, type NodeTask } from '../../runner/tasks/task.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { sh } from '../../runner/ssh/quote.js'

/**
 * Debian's packages start a quorate one-node cluster at once (`cluster_name: debian`, 127.0.0.1). Its CIB would win
 * over an empty one when the node joins, so it is stopped, kept under /var/backups, and removed.
 */
export function noDefaultCluster(needs: readonly string[]): NodeTask {
  return task('no default cluster', {
    needs,
    async check({ read }) {
      const [cmap, text, state] = await Promise.all([read(runningCmap), read(fileText(confPath)), read(fileState(cibPath))])
      const runs = cmap !== undefined && runsDebianDefault(cmap)
      const configured = text !== undefined && isDefault(text) && cmap === undefined
      // A member that lost its corosync package has the shipped file again, and the CIB of its own cluster.
      const left = state && (runs || (configured && isNamedDebian(await read(fileText(cibPath)))))
      return [
        ...(runs ? [{ subject: 'cluster "debian" on 127.0.0.1', from: 'running', to: undefined }] : []),
        ...(left ? [{ subject: cibPath, from: 'of the cluster "debian"', to: undefined }] : []),
      ]
    },
    async apply({ $, read }) {
      const text = await read(fileText(cibPath))
      if (text !== undefined && hasResources(text)) {
        throw new TaskError('the cluster "debian" on this node has resources: it is in use, and was not touched', {
          hint: 'move its resources away, or give it a name of its own, then run again',
        })
      }
      await $({ timeout: '120s' }).script(wipeScript())
    },
  })
}

/** Stops the daemons, keeps the state of the default cluster, and removes it. */
export function wipeScript(): string {
  return sh`set -e
timeout 60 systemctl stop pacemaker.service corosync.service || { systemctl kill -s KILL pacemaker.service || :; systemctl stop corosync.service; }
systemctl is-active -q pacemaker.service corosync.service && exit 1
kept=/var/backups/ha-run/debian-cluster.$(date +%Y%m%dT%H%M%S)
mkdir -p -m 0700 /var/backups/ha-run; mkdir -p -m 0700 -- "$kept"
cp -a ${confPath} "$kept"
[ ! -d /var/lib/pacemaker/cib ] || { cp -a /var/lib/pacemaker/cib "$kept"; find /var/lib/pacemaker/cib -mindepth 1 -delete; }`
}

/** Pacemaker notes the name of the cluster that a CIB belongs to (cluster-facts C9). One that cannot be read is kept. */
function isNamedDebian(cib: string | undefined): boolean {
  try {
    return propertySets(cib ?? '').flatMap(set => elementsOf(set, 'nvpair'))
      .some(({ attributes }) => attributes.get('name') === 'cluster-name' && attributes.get('value') === 'debian')
  } catch {
    return false
  }
}

/** @throws TaskError where the CIB cannot be read: somebody's resources may be in it. */
function hasResources(cib: string): boolean {
  try {
    return [...walk(parseXml(cib))].some(({ name }) => name === 'primitive')
  } catch (error) {
    throw new TaskError(`${cibPath} cannot be read, and was not touched: ${(error as Error).message}`, {
      hint: 'if nothing in it is needed, stop Pacemaker there, remove the file, then run again', cause: error,
    })
  }
}

function isDefault(text: string): boolean {
  try {
    return isDebianDefault(parseCorosyncConf(text))
  } catch {
    return false
  }
}
