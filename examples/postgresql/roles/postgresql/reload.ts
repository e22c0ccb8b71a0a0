import { skip, task, warn, type TaskRef } from 'ha-run'
import type { Installation } from './installation.js'
import { answer } from './state.js'

/** Whether PostgreSQL has read its files since they were last changed, and which settings wait for a restart. */
const loaded = `SELECT pg_conf_load_time() >= max((pg_stat_file(path)).modification) FROM
  (SELECT current_setting('config_file') UNION SELECT current_setting('hba_file')) AS files (path)`
const pending = "SELECT string_agg(name, ', ' ORDER BY name) FROM pg_settings WHERE pending_restart"

/** A changed configuration takes effect. What needs a restart is left to the admin. */
export function reloaded(at: Installation, needs: TaskRef[]) {
  return task('PostgreSQL has read its configuration', {
    needs,
    async check({ read }) {
      const [isLoaded, waiting] = await Promise.all([read(answer(at, loaded)), read(answer(at, pending))])
      if (isLoaded === '') return skip('PostgreSQL does not run here')
      if (isLoaded === 'f') return [{ subject: 'PostgreSQL', from: 'an earlier configuration', to: 'the present one' }]
      return waiting === '' ? [] : warnOf(waiting, at)
    },
    async apply({ $ }) {
      await $`cd /; runuser -u postgres -- ${at.bin}/psql -XAtqc 'SELECT pg_reload_conf()' >/dev/null; sleep 1`
    },
  })
}

function warnOf(settings: string, { resource }: Installation) {
  return warn(
    `a restart is needed for ${settings}: \`crm_resource --restart --resource ${resource}\`, while nobody writes`,
  )
}
