import { file, task, warn, type Finding, type NodeTask, type TaskRef } from '../../runner/tasks/index.js'
import { dropInDifferences, dropInPath, reloadSystemd } from '../../runner/tasks/drop-in.js'
import { unitState, type UnitState } from '../../runner/facts/units.js'

const unit = 'corosync.service'

/** A drop-in beside Debian's unit, which stays as shipped. */
const dropIn = dropInPath(unit, 'ha-run')

/** The effect of the drop-in below, in the form of `UnitState.restart`. */
const wanted = 'on-failure after 1s, 5 times in 1min at most'

/** The file that records that Pacemaker was running or starting when Corosync failed. */
const pacemakerRan = '/run/ha-run.pacemaker-ran'

/**
 * Debian's unit has no `Restart=`: a killed Corosync would stay down, and its node would keep the floating IP while
 * another node takes it too. With a restart after a second, Corosync is back before the other nodes consider it lost
 * (token 3 s), so nothing fails over. If an admin stops Corosync, it stays stopped.
 *
 * Because of `Requires=`, systemd restarts Pacemaker together with Corosync, but only if Corosync's first attempt
 * succeeds. Therefore the unit records that Pacemaker was running or starting, and starts it after a later attempt. A
 * Pacemaker that was stopped on purpose is not started.
 */
export const dropInText = `# Written by ha-run.
[Unit]
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Restart=on-failure
RestartSec=1
ExecStopPost=-/bin/sh -c '[ "$$SERVICE_RESULT" = success ] || case "$$(systemctl is-active pacemaker.service) $$(systemctl list-jobs --no-legend pacemaker.service)" in active*|activating*|*" start "*) : >${pacemakerRan} ;; esac'
ExecStartPost=-/bin/sh -c '! rm ${pacemakerRan} 2>/dev/null || systemctl --no-block start pacemaker.service'
`

/** What systemd must change. A different setting in an admin's own drop-in stays, with a warning. */
export function restartFinding({
  restart,
  dropIns,
  outdated,
}: Pick<UnitState, 'restart' | 'dropIns' | 'outdated'>): Finding {
  const notLoaded = dropInDifferences(unit, dropIn, { dropIns, outdated })
  if (notLoaded.length > 0) return notLoaded
  if (restart === wanted) return []
  const others = dropIns.filter(path => path !== dropIn)
  if (others.length > 0) return warn(`${others.join(', ')} overrides ha-run's drop-in for ${unit}: restart ${restart}`)
  return [{ subject: `restart of ${unit}`, from: restart, to: wanted }]
}

/** Makes systemd restart a killed Corosync: writes the drop-in and has systemd load it. */
export function restartKilledCorosync(needs: readonly TaskRef[]): NodeTask[] {
  const dropInFile = file(dropIn, { content: dropInText, needs })
  return [
    dropInFile,
    task('a killed corosync starts again', {
      needs: [...needs, dropInFile],
      check: async ({ read }) => restartFinding(await read(unitState(unit))),
      apply: async ({ $ }) => reloadSystemd($),
    }),
  ]
}
