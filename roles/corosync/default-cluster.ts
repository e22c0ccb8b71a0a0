import { isDebianDefault, runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { cibPath } from '../../runner/cluster/cib/read.js'
import { propertySets } from '../../runner/cluster/pacemaker/temporary-property.js'
import { attribute, descendantsOf, elementsOf, readXml } from '../../runner/cluster/pacemaker/xml.js'
import { task, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import type { Remote } from '../../runner/ssh/remote.js'
import { corosyncTasks } from './refs.js'

/**
 * Debian's packages immediately start a quorate one-node cluster (`cluster_name: debian`, 127.0.0.1). Its CIB would
 * replace an empty one when the node joins, so the cluster is stopped, backed up to /var/backups, and removed.
 */
export function noDefaultCluster(needs: readonly TaskRef[]): NodeTask {
  return task(corosyncTasks.noDefaultCluster.name, {
    needs,
    async check({ read }) {
      const [cmap, text, state] = await Promise.all([
        read(runningCmap),
        read(fileText(confPath)),
        read(fileState(cibPath)),
      ])
      const runs = cmap !== undefined && runsDebianDefault(cmap)
      const isStopped = text !== undefined && isDefault(text) && cmap === undefined
      // A node whose corosync package was reinstalled has the shipped file, but may still have the CIB of its real
      // cluster.
      const hasCib = state && (runs || (isStopped && isCibOfDebian(await read(fileText(cibPath)))))
      return [
        ...(runs ? [{ subject: 'cluster "debian" on 127.0.0.1', from: 'running', to: undefined }] : []),
        ...(hasCib ? [{ subject: cibPath, from: 'of the cluster "debian"', to: undefined }] : []),
      ]
    },
    async apply({ $, read }) {
      const text = await read(fileText(cibPath))
      if (text !== undefined && hasResources(text)) {
        throw new TaskError('the cluster "debian" on this node has resources, so it is in use and was not changed', {
          hint: 'remove its resources, or give it another name, then run again',
        })
      }
      await removeDefaultCluster($)
    },
  })
}

/** Stops the daemons, backs up the default cluster's configuration and CIB, and removes the CIB. */
export async function removeDefaultCluster($: Remote): Promise<void> {
  await $({ timeout: '120s' })`set -e
timeout 60 systemctl stop pacemaker.service corosync.service || { systemctl kill -s KILL pacemaker.service || :; systemctl stop corosync.service; }
systemctl is-active -q pacemaker.service corosync.service && exit 1
kept=/var/backups/ha-run/debian-cluster.$(date +%Y%m%dT%H%M%S)
mkdir -p -m 0700 /var/backups/ha-run; mkdir -p -m 0700 -- "$kept"
cp -a ${confPath} "$kept"
[ ! -d /var/lib/pacemaker/cib ] || { cp -a /var/lib/pacemaker/cib "$kept"; find /var/lib/pacemaker/cib -mindepth 1 -delete; }`
}

/**
 * Whether this is the default cluster's CIB: Pacemaker stores the cluster's name in it. A CIB that cannot be read is
 * kept.
 */
function isCibOfDebian(cib: string | undefined): boolean {
  try {
    return propertySets(cib ?? '')
      .flatMap(set => elementsOf(set, 'nvpair'))
      .some(pair => attribute(pair, 'name') === 'cluster-name' && attribute(pair, 'value') === 'debian')
  } catch {
    return false
  }
}

/** @throws TaskError if the CIB cannot be read, since it may contain resources. */
function hasResources(cib: string): boolean {
  try {
    return descendantsOf(readXml(cib), 'primitive').length > 0
  } catch (error) {
    throw new TaskError(`${cibPath} cannot be read, and was not changed: ${(error as Error).message}`, {
      hint: 'if nothing in it is needed, stop Pacemaker there, remove the file, and run again',
      cause: error,
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
