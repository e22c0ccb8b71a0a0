import { pidFile } from '../../../runner/cluster/apache.js'
import { startDaemons } from './daemons.js'
import type { Fault } from './way.js'

const apachePid = `read -r pid <${pidFile} && read -r name <"/proc/$pid/comm" && [ "$name" = apache2 ] || { echo '${pidFile} names no process of apache' >&2; exit 1; }`

const unitOf = { corosync: 'corosync.service', pacemakerd: 'pacemaker.service' }

/** A daemon that dies: found by the number that systemd or its own file has of it, never by its name. */
export const kill: Fault = {
  words: ({ daemon }) => `has its ${daemon} killed by SIGKILL`,
  fault: ({ daemon }) => daemon === 'apache2' ? `${apachePid}
# Its children would go on serving without it.
kill -KILL "$pid" $(ps -o pid= --ppid "$pid")` : `pid=$(systemctl show -P MainPID ${unitOf[daemon]})
[ "$pid" -gt 1 ] || { echo '${daemon} does not run' >&2; exit 1; }
kill -KILL "$pid"`,
  undo: ({ daemon }) => daemon === 'apache2' ? ': # the cluster starts it again' : startDaemons,
  // Pacemaker's other daemons go on without pacemakerd, and systemd starts it again.
  end: ({ daemon }) => daemon === 'pacemakerd' ? 'unnoticed' : 'anywhere',
  takesPart: ({ daemon }) => daemon !== 'corosync',
}

