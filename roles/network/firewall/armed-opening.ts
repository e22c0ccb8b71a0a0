import { atExit } from '../../../runner/ssh/at-exit.js'
import { sh, ShellText } from '../../../runner/ssh/quote.js'
import type { Remote } from '../../../runner/ssh/remote.js'
import { insertLine } from './nftables-conf.js'

/**
 * Opens ports, armed like a change of address: a timer on the node removes the rules again unless a new connection confirms them. A
 * node that is rebooted before has none of nft's rules, since they are written to the disk afterwards; rules of ufw, which can only
 * let more through, stay.
 */
export const undoSeconds = 60

export const armedNote = `armed: the node removes it after ${undoSeconds} s unless it is confirmed over a new connection`

const folder = '/run/ha-run.firewall'
const unit = 'ha-run-firewall-undo'

/**
 * Arms the undo, then adds the rules. If one cannot be added, all are removed.
 *
 * @param rules - of ufw, and of nft for now.
 */
export async function openPorts($: Remote, { ufw, nft }: { ufw: string[]; nft: string[] }): Promise<void> {
  await $({ timeout: '60s' })`PATH="$PATH:/usr/sbin:/sbin"
if [ -e ${folder} ]; then echo 'an earlier change of the firewall is still armed on this node' >&2; exit 1; fi
mkdir -m 0700 ${folder}
printf %s ${undoScript(ufw)} >${folder}/undo
${atExit(`[ $code = 0 ] || { systemctl stop ${unit}.timer 2>/dev/null; sh ${folder}/undo; }`)}
set -e
systemd-run -q --on-active=${undoSeconds} --timer-property=AccuracySec=100ms --unit=${unit} /bin/sh ${folder}/undo
${new ShellText(ufw.map(rule => `ufw ${rule} comment ha-run >/dev/null`).join('\n'))}
${new ShellText(nft.map(rule => sh`added=$(nft -e -a ${insertLine(rule)}); echo "$added" >>${folder}/added`).join('\n'))}
`
}

/** nft names a rule by its handle, which `nft -e -a insert` prints. */
function undoScript(ufw: string[]): string {
  return `PATH="$PATH:/usr/sbin:/sbin"
${ufw.map(rule => `ufw delete ${rule} >/dev/null`).join('\n')}
[ ! -e ${folder}/added ] || sed -n 's/^insert rule \\([^ ]* [^ ]* [^ ]*\\) .*# handle \\([0-9]*\\)$/delete rule \\1 handle \\2/p' ${folder}/added | nft -f -
rm -rf ${folder}
`
}

/** Confirms the change, over a new connection. Fails if the undo has begun. */
export async function confirmOpening($: Remote): Promise<void> {
  await $`fail() { echo "$1" >&2; exit 1; }
[ -e ${folder}/undo ] || fail 'the change of the firewall was undone'
systemctl stop ${unit}.timer || fail 'the undo has begun'
case $(systemctl is-active ${unit}.service) in inactive|failed) ;; *) fail 'the undo has begun' ;; esac
[ -e ${folder}/undo ] || fail 'the change of the firewall was undone'
rm -rf ${folder}
`
}
