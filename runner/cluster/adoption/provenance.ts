import { fact, type Fact } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { parseCorosyncConf } from '../corosync/conf.js'
import { confPath } from '../corosync/files.js'
import { readOnAll, type ClusterMember } from '../members.js'
import { isDebianDefault } from '../corosync/node-ids.js'
import { isManaged } from '../corosync/written-conf.js'

/**
 * Who built a cluster. `bare`: no cluster exists yet, so ha-run builds one with its defaults. `managed`: ha-run built
 * it and repairs all of it. `foreign`: somebody else built it, and everything that the inventory does not declare stays
 * as it runs.
 */
export type Provenance = 'bare' | 'managed' | 'foreign'

export interface ProvenanceRecord {
  provenance: Provenance
  /** Whether `ha-run site --adopt` has recorded the cluster as adopted: only then may a foreign cluster be changed. */
  adopted: boolean
}

/** The file in which a node records that its cluster was adopted, with the date and the user. */
export const adoptionRecord = '/var/lib/ha-run/adopted'

/** Files that ha-run leaves on every node it has built: the journal of the CIB, and the drop-in of Corosync's unit. */
const traces = ['/var/lib/ha-run/cib', '/etc/systemd/system/corosync.service.d/ha-run.conf']

/** Who built the cluster, by one node's files and whether Corosync runs there. */
export const nodeProvenance: Fact<ProvenanceRecord> = fact(
  'what built the cluster',
  // A test costs no process. Whether Corosync runs matters only without a file.
  sh`[ ! -e ${adoptionRecord} ] || cat ${adoptionRecord}; printf '\\0'; conf=$(cat ${confPath} 2>/dev/null); printf '%s\\n\\0' "$conf"
case $conf in *[![:space:]]*) ;; *) pidof corosync ;; esac; printf '\\0'
for path in ${traces}; do [ ! -e "$path" ] || printf '%s\\n' "$path"; done; :`,
  ({ stdout }) => {
    const [record = '', conf = '', pids = '', presentTraces = ''] = stdout.split('\0')
    return { provenance: provenanceBy({ record, conf, pids, presentTraces }), adopted: record !== '' }
  },
)

function provenanceBy({
  record,
  conf,
  pids,
  presentTraces,
}: Record<'record' | 'conf' | 'pids' | 'presentTraces', string>): Provenance {
  if (record !== '') return 'foreign'
  if (isManaged(conf)) return 'managed'
  const kind = kindOfConf(conf)
  if (kind === 'a cluster') return 'foreign'
  // ha-run's file was lost or damaged, or the package has put its own in place.
  if (presentTraces.trim() !== '') return 'managed'
  return kind === 'unreadable' || (kind === 'none' && pids.trim() !== '') ? 'foreign' : 'bare'
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
 * Who built a cluster, by all of its reachable nodes. If only some nodes have ha-run's files, the others have drifted;
 * if any node was adopted, the cluster is foreign.
 */
export function clusterProvenance(nodes: ProvenanceRecord[]): ProvenanceRecord {
  if (nodes.some(({ adopted }) => adopted)) return { provenance: 'foreign', adopted: true }
  const provenance =
    (['managed', 'foreign'] as const).find(candidate => nodes.some(node => node.provenance === candidate)) ?? 'bare'
  return { provenance, adopted: false }
}

export async function readProvenance(members: ClusterMember[]): Promise<ProvenanceRecord> {
  return clusterProvenance((await readOnAll(members, nodeProvenance)).map(([, record]) => record))
}
