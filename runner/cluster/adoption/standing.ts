import { fact, type Fact } from '../../facts/fact.js'
import { parseCorosyncConf } from '../corosync/conf.js'
import { confPath } from '../corosync/files.js'
import { readOnAll, type ClusterMember } from '../members.js'
import { isDebianDefault } from '../corosync/node-ids.js'
import { isManaged } from '../corosync/written-conf.js'

/**
 * What ha-run has to do with a cluster. `bare`: there is none yet, so that it is built, with our defaults. `ours`: ha-run has
 * built it, and repairs all of it. `found`: somebody else has built it, and what nobody declares stays as it runs.
 */
export type Standing = 'bare' | 'ours' | 'found'

/** What one node says of that. */
export interface NodeStanding {
  standing: Standing
  /** The record of `ha-run site --adopt`: since then, a cluster that was found may be changed. */
  adopted: boolean
}

/** Where a node remembers that its cluster was adopted, with when and by whom. */
export const adoptionRecord = '/var/lib/ha-run/adopted'

/** What ha-run leaves on a node that it has built: the journal of the CIB, and the drop-in of Corosync's unit. */
const traces = ['/var/lib/ha-run/cib', '/etc/systemd/system/corosync.service.d/ha-run.conf']

/** One node's standing: by its files and whether Corosync runs. */
export const nodeStanding: Fact<NodeStanding> = fact(
  'what built the cluster',
  `cat ${adoptionRecord} 2>/dev/null; printf '\\0'; cat ${confPath} 2>/dev/null; printf '\\0'; pidof corosync; printf '\\0'; ls -d ${traces.join(' ')} 2>/dev/null; :`,
  ({ stdout }) => {
    const [record = '', conf = '', running = '', left = ''] = stdout.split('\0')
    return { standing: judge({ record, conf, running, left }), adopted: record !== '' }
  },
)

/** @param left - which of the traces are there. */
function judge({ record, conf, running, left }: Record<'record' | 'conf' | 'running' | 'left', string>): Standing {
  if (record !== '') return 'found'
  if (isManaged(conf)) return 'ours'
  const file = kindOfConf(conf)
  if (file === 'a cluster') return 'found'
  // Its file was lost or spoiled, or came back with the package.
  if (left.trim() !== '') return 'ours'
  return file === 'unreadable' || (file === 'none' && running.trim() !== '') ? 'found' : 'bare'
}

function kindOfConf(conf: string): 'none' | 'unreadable' | 'as shipped' | 'a cluster' {
  if (conf.trim() === '') return 'none'
  try {
    return isDebianDefault(parseCorosyncConf(conf)) ? 'as shipped' : 'a cluster'
  } catch {
    return 'unreadable'
  }
}

/**
 * The standing of a cluster by all of its nodes that can be reached. One node whose file was replaced by hand is drift of
 * a cluster that is ours; one that was adopted is found whatever else its nodes hold.
 */
export function clusterStanding(nodes: NodeStanding[]): NodeStanding {
  if (nodes.some(({ adopted }) => adopted)) return { standing: 'found', adopted: true }
  const standing = (['ours', 'found'] as const).find(one => nodes.some(node => node.standing === one)) ?? 'bare'
  return { standing, adopted: false }
}

export async function standingOf(members: ClusterMember[]): Promise<NodeStanding> {
  return clusterStanding((await readOnAll(members, nodeStanding)).map(([, standing]) => standing))
}
