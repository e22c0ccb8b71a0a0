import { task, type NodeTask } from '../../runner/tasks/task.js'
import { fileState } from '../../runner/facts/files.js'

const parts = ['status.load', 'status.conf'].map(name => `/etc/apache2/mods-enabled/${name}`)

/**
 * mod_status answers the agent's monitor at http://127.0.0.1/server-status. The agent would enable it itself at its
 * first start, and the nodes would differ until then (cluster-facts C8).
 */
export function statusModule(name: string, needs: readonly string[]): NodeTask {
  return task(name, {
    needs,
    async check({ read }) {
      const states = await Promise.all(parts.map(path => read(fileState(path))))
      return parts.flatMap((subject, at) => states[at] ? [] : [{ subject, from: undefined, to: 'enabled' }])
    },
    apply: async ({ $ }) => {
      await $`a2enmod -q status`
    },
  })
}
