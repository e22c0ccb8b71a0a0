import { unitState } from '../../runner/facts/units.js'
import { file, task, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'

/** A drop-in beside Debian's unit of Corosync. It is also how a later run knows that ha-run has set up the arbiter. */
export const startDropIn = '/etc/systemd/system/corosync.service.d/ha-run-quorum-device.conf'

/**
 * Debian's unit of corosync-qdevice stops together with Corosync and does not start again with it: after a restart of Corosync, the
 * node would lack the arbiter's vote.
 */
export function startWithCorosync(needs: readonly TaskRef[]): NodeTask[] {
  const dropIn = file(startDropIn, {
    content: '# Written by ha-run.\n[Unit]\nWants=corosync-qdevice.service\n',
    needs,
  })
  return [
    dropIn,
    task('corosync-qdevice starts with corosync', {
      needs: [...needs, dropIn],
      async check({ read }) {
        const { dropIns, outdated } = await read(unitState('corosync.service'))
        // systemd does not report a unit as outdated if the drop-in is its first one.
        return dropIns.includes(startDropIn) && !outdated
          ? []
          : [
              {
                subject: 'corosync.service as systemd has loaded it',
                from: 'before the last change of its files',
                to: 'as in its files',
              },
            ]
      },
      async apply({ $ }) {
        await $({ timeout: '60s' })`systemctl daemon-reload`
      },
    }),
  ]
}
