import { packages, service, task } from '../../runner/tasks/index.js'
import { fileState } from '../../runner/facts/files.js'
import { unlessForeign, clusterTaskUnlessForeign } from '../../runner/cluster/adoption/foreign-cluster.js'
import { servesPage } from '../../runner/cluster/declaration/declaration.js'
import { role } from '../../runner/cluster/role.js'
import { pacemakerTasks } from '../../runner/cluster/task-refs.js'
import { page } from './page.js'
import { apacheRunsItsConfiguration } from './running.js'

const install = unlessForeign(packages(['apache2', 'curl'], { units: ['apache2.service'] }))
const statusFiles = ['status.load', 'status.conf'].map(name => `/etc/apache2/mods-enabled/${name}`)

/**
 * mod_status answers the agent's monitor at http://127.0.0.1/server-status. The agent would enable it itself at its first start,
 * and until then the nodes' configurations would differ (docs/facts.md, Resource agents).
 */
const statusModule = unlessForeign(
  task('enable mod_status', {
    needs: [install],
    async check({ read }) {
      const states = await Promise.all(statusFiles.map(path => read(fileState(path))))
      return statusFiles.flatMap((subject, at) => (states[at] ? [] : [{ subject, from: undefined, to: 'enabled' }]))
    },
    async apply({ $ }) {
      await $`a2enmod -q status`
    },
  }),
)

/** What the floating IP serves: Apache on every node, run by the cluster and never by systemd. */
export default role('apache', ({ cluster, node }) =>
  servesPage(cluster)
    ? [
        install,
        unlessForeign(service('apache2.service', { enabled: false, running: false, needs: [install] })),
        statusModule,
        page(cluster, node, [install]),
        clusterTaskUnlessForeign(apacheRunsItsConfiguration(cluster, [install, statusModule, pacemakerTasks.runs])),
      ]
    : [],
)
