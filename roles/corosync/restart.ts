import { file } from '../../runner/tasks/file.js'
import { task, warn, type Finding, type NodeTask } from '../../runner/tasks/task.js'
import { unitState, type UnitState } from '../../runner/facts/units.js'

const unit = 'corosync.service'

/** Ours beside Debian's unit, which stays as it is shipped. */
const dropIn = `/etc/systemd/system/${unit}.d/ha-run.conf`

/** What systemd makes of the drop-in below, in the words of `UnitState.restart`. */
const wanted = 'on-failure after 1s, 5 times in 1min at most'

/** Notes that Pacemaker ran, or waited for its start, when Corosync was lost. */
const note = '/run/ha-run.pacemaker-ran'

/**
 * Debian's unit has no `Restart=`: a killed Corosync would stay down for ever, and the node with it, while it keeps the
 * floating IP that another node takes. After a second it is back before the others have given the node up (token 3 s), so
 * that nothing fails over. A clean end is an admin's, and stays.
 *
 * systemd restarts Pacemaker in the same breath (`Requires=`), but only as long as the first attempt succeeds: the start
 * of Pacemaker is given up with a Corosync that fails once more on the way, or at its first start of a boot. So the unit
 * itself remembers that Pacemaker ran or was to start; one that was stopped on purpose is not started.
 */
export const dropInText = `# Written by ha-run.
[Unit]
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Restart=on-failure
RestartSec=1
ExecStopPost=-/bin/sh -c '[ "$$SERVICE_RESULT" = success ] || case "$$(systemctl is-active pacemaker.service) $$(systemctl list-jobs --no-legend pacemaker.service)" in active*|activating*|*" start "*) : >${note} ;; esac'
ExecStartPost=-/bin/sh -c '! rm ${note} 2>/dev/null || systemctl --no-block start pacemaker.service'
`

/** What systemd has to be told. A word of the admin's own, in a drop-in beside ours, is a warning and stays. */
export function restartFinding({ restart, dropIns, outdated }: Pick<UnitState, 'restart' | 'dropIns' | 'outdated'>): Finding {
  // systemd does not call a unit outdated that has just been given its first drop-in.
  if (outdated || !dropIns.includes(dropIn)) {
    return [{ subject: `${unit} as systemd has it`, from: 'before the last change of its files', to: 'as its files say' }]
  }
  if (restart === wanted) return []
  const others = dropIns.filter(path => path !== dropIn)
  if (others.length > 0) return warn(`${others.join(', ')} has the last word on ${unit}: restart ${restart}`)
  return [{ subject: `restart of ${unit}`, from: restart, to: wanted }]
}

/** A killed Corosync starts again by itself, which systemd must have been told of: a file alone does nothing. */
export function restartOnFailure(needs: readonly string[]): NodeTask[] {
  const written = file(dropIn, { content: dropInText, needs })
  return [written, task('a killed corosync starts again', {
    needs: [...needs, written.name],
    check: async ({ read }) => restartFinding(await read(unitState(unit))),
    apply: async ({ $ }) => {
      await $({ timeout: '60s' })`systemctl daemon-reload`
    },
  })]
}
