import { packages } from '../../runner/tasks/packages.js'
import { service } from '../../runner/tasks/service.js'
import { unlessFound, unlessFoundAtAll } from '../../runner/cluster/adoption/as-found.js'
import { servesPage } from '../../runner/cluster/declaration/declaration.js'
import { role } from '../../runner/cluster/role.js'
import { page } from './page.js'
import { apacheRunsItsFiles } from './running.js'
import { statusModule } from './status-module.js'

const install = 'install apache2'
const status = 'enable mod_status'

/** What the floating IP serves: on every node, run by the cluster and never by systemd. */
export default role('apache', ({ cluster, node }) => servesPage(cluster) ? [
  unlessFound(packages(['apache2', 'curl'], { units: ['apache2.service'] })),
  unlessFound(service('apache2.service', { enabled: false, running: false, needs: [install] })),
  unlessFound(statusModule(status, [install])),
  page(cluster, node, [install]),
  unlessFoundAtAll(apacheRunsItsFiles(cluster, [install, status, 'pacemaker: pacemaker runs, with a DC'])),
] : [])
