import { lockFile } from '../../runner/engine/lock.js'
import { sh } from '../../runner/ssh/quote.js'

/**
 * Auto-recovery: the drilled node repairs itself if this run does not, as soon as the run's session has ended, for whatever
 * reason, and at the latest after a time that `budgets.ts` derives. It detects the session's end by the cluster's lock, which the session's
 * shell holds, and keeps the lock while it repairs, so that no other run starts meanwhile.
 */

const unit = 'ha-run-drill-undo'
const scriptFile = '/run/ha-run-drill.undo'

/**
 * Arms auto-recovery. Fails, and changes nothing, if it is already armed. A reboot ends it, together with what the faults do, none of
 * which outlasts a boot.
 *
 * @param seconds - after which the node repairs itself although the session still exists.
 */
export function armRecoveryScript(cluster: string, undoScript: string, seconds: number): string {
  const body = `${sh`exec 9>>${lockFile(cluster)}; flock -w ${seconds} 9`}
(
${undoScript}
)
rm -f -- ${scriptFile}
`
  return `set -e
if systemctl is-active --quiet ${unit}.service; then echo 'this node is still recovering from an earlier drill' >&2; exit 1; fi
${sh`printf %s ${body} >${scriptFile}`}
systemctl reset-failed ${unit}.service 2>/dev/null || :
systemd-run -q --collect --unit=${unit} /bin/sh ${scriptFile}`
}

/** Disarms auto-recovery, once the node is repaired. */
export const disarmRecoveryScript = `systemctl stop ${unit}.service 2>/dev/null
rm -f -- ${scriptFile}`
