import { lockFile } from '../../runner/engine/lock.js'
import { sh } from '../../runner/ssh/quote.js'

/**
 * A node puts itself right again when nobody does: when the session that drills it has ended, however that came, or at the
 * latest after a while. What tells it of the session's end is the cluster's lock, which the session's own shell holds; it
 * keeps that until it is done, so that no other run comes in between.
 */

/** Seconds after which the node puts itself right even though the session is still there: a connection may hang for hours. */
export const longestFault = 240

const unit = 'ha-run-drill-undo'
const script = '/run/ha-run-drill.undo'

/** Arms the undo. Fails, and changes nothing, where one is armed already. */
export function armScript(cluster: string, undo: string, seconds = longestFault): string {
  const body = `${sh`exec 9>>${lockFile(cluster)}; flock -w ${seconds} 9`}
(
${undo}
)
rm -f -- ${script}
`
  return `set -e
if systemctl is-active --quiet ${unit}.service; then echo 'another drill of this node is being undone' >&2; exit 1; fi
${sh`printf %s ${body} >${script}`}
systemctl reset-failed ${unit}.service 2>/dev/null || :
systemd-run -q --collect --unit=${unit} /bin/sh ${script}`
}

/** Takes it back, once the node was put right. */
export const disarmScript = `systemctl stop ${unit}.service 2>/dev/null
rm -f -- ${script}`
