import { pidFile } from '../../../runner/cluster/apache.js'
import { startDaemons } from './daemons.js'
import type { Fault } from './fault.js'

const unitOf = { corosync: 'corosync.service', pacemakerd: 'pacemaker.service' }

// The children are killed too: they would go on serving without the main process.
const killApache = `read -r pid <${pidFile} && read -r name <"/proc/$pid/comm" && [ "$name" = apache2 ] || { echo '${pidFile} does not name an apache2 process' >&2; exit 1; }
kill -KILL "$pid" $(ps -o pid= --ppid "$pid")`

const killUnit = (daemon: keyof typeof unitOf) => `pid=$(systemctl show -P MainPID ${unitOf[daemon]})
[ "$pid" -gt 1 ] || { echo '${daemon} does not run' >&2; exit 1; }
kill -KILL "$pid"`

/** A daemon dies. Its process is identified by systemd or by its pid file, never by its name. */
export const kill: Fault = {
  describe: ({ daemon }) => `has its ${daemon} killed by SIGKILL`,
  injectScript: ({ daemon }) => (daemon === 'apache2' ? killApache : killUnit(daemon)),
  undoScript: ({ daemon }) => (daemon === 'apache2' ? ': # the cluster starts it again' : startDaemons),
  // Pacemaker's other daemons keep running without pacemakerd, and systemd starts it again.
  recovery: ({ daemon }) => (daemon === 'pacemakerd' ? 'unnoticed' : 'anywhere'),
  takesPart: ({ daemon }) => daemon !== 'corosync',
}
