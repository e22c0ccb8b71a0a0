import { unitState } from '../../runner/facts/units.js'
import { dropInDifferences, dropInPath, reloadSystemd } from '../../runner/tasks/drop-in.js'
import { file, task, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'

const unit = 'corosync.service'

/** A drop-in beside Debian's unit of Corosync. It is also how a later run knows that ha-run has set up the arbiter. */
export const startDropIn = dropInPath(unit, 'ha-run-quorum-device')

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
      check: async ({ read }) => dropInDifferences(unit, startDropIn, await read(unitState(unit))),
      apply: async ({ $ }) => reloadSystemd($),
    }),
  ]
}
