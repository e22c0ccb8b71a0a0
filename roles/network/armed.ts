import { posix } from 'node:path'
import { candidateOf, commitScript, stageScript, type FileAttributes } from '../../runner/tasks/write-file.js'
import { fact } from '../../runner/facts/fact.js'
import { atExit } from '../../runner/ssh/at-exit.js'
import { quote, sh } from '../../runner/ssh/quote.js'
import type { Swap } from './manager.js'

/**
 * A change of address that the node itself undoes unless it is confirmed (design 9.5), as shell text. What it needs is
 * kept on the node's disk, and the service that puts the former file back is triggered by a timer, or before the
 * network comes up at the next boot: so neither our death nor a power cut leaves a node at an address where nobody
 * reaches it.
 */
export interface ArmedChange {
  iface: string
  /** The manager's file, and how it is to look. */
  path: string
  attributes: FileAttributes
  /** How the manager takes up another file. */
  swap: Swap
  from: { address: string; prefix: number }
  to: { address: string; prefix: number }
  /** Units that were stopped for the change, in the order in which they start. */
  stopped: string[]
}

/** Seconds until the node undoes the change. */
export const undoTime = 90

const folder = '/var/lib/ha-run/address'
const unit = 'ha-run-address-undo'
const changeUnit = 'ha-run-address-change'
const unitFile = `/etc/systemd/system/${unit}.service`
const wanted = `/etc/systemd/system/multi-user.target.wants/${unit}.service`
/** Gone after a boot: then the network is not up yet, and there is nothing to apply again. */
const thisBoot = '/run/ha-run.address'

/** Whether a change waits for its confirmation. One without the other is what a power cut left of a clean-up. */
const isArmed = `[ -e ${folder}/undo ] && [ -e ${unitFile} ]`

export const armed = fact('armed change of address', `${isArmed} && echo armed; true`, ({ stdout }) => stdout !== '')

/**
 * Before every manager's own unit, those of ifupdown that udev starts included. What ifup starts (a DHCP client) lives on
 * when the service has ended.
 */
export function unitText(iface: string): string {
  return `[Unit]
Description=Put back the addressing of ${iface}, which ha-run has changed and not confirmed
DefaultDependencies=no
Conflicts=shutdown.target
RequiresMountsFor=/etc /var/lib
After=local-fs.target
Wants=network-pre.target
Before=shutdown.target network-pre.target networking.service ifup@${iface}.service dhcpcd.service NetworkManager.service systemd-networkd.service
ConditionPathExists=${folder}/undo

[Service]
Type=oneshot
ExecStart=/bin/sh ${folder}/undo
KillMode=process

[Install]
WantedBy=multi-user.target
`
}

/**
 * Removes all that a change needs, the marks of `isArmed` first. By hand and not by `systemctl disable`, which is not
 * to be had early in a boot.
 */
const cleanUp = `rm -f -- ${unitFile} ${wanted}
[ ! -e ${thisBoot} ] || systemctl daemon-reload
rm -rf -- ${folder} ${thisBoot}`

/** Ends the session from which the change was made: its connection is dead, and it would hold the cluster's lock for hours. */
const endSession = `session=$(cat ${folder}/session 2>/dev/null) && case $(readlink "/proc/$session/fd/9") in
  /run/lock/ha-run.*) kill -KILL "$session" ;;
esac`

const hasAddress = (iface: string, address: string) => sh`ip -4 -o address show dev ${iface} to ${`${address}/32`} | grep -q .`

/** Waits until a test holds. @param fifths - of a second, at most. */
const waitUntil = (test: string, fifths: number) => `n=${fifths}; until ${test} || [ $n = 0 ]; do sleep 0.2; n=$((n - 1)); done`

/**
 * What the node does by itself when nobody has confirmed: the former file, taken up, and what was stopped started again.
 * Where the file cannot be put back, the network comes up all the same, and the next boot tries once more.
 */
export function undoScript({ iface, path, swap, from, to, stopped }: ArmedChange): string {
  const candidate = quote(candidateOf(path))
  return `undo() {
[ ! -e ${thisBoot} ] || {
systemctl kill -s KILL ${changeUnit}.service 2>/dev/null
${lines(swap.before)}
}
(
set -e
if [ -e ${folder}/former ]; then
cp -p -- ${folder}/former ${candidate}
sync -- ${candidate}
${commitScript(path, candidateOf(path))}
else
${sh`rm -f -- ${path}`} ${candidate}
${sh`sync -- ${posix.dirname(path)}`}
fi
); restored=$?
[ ! -e ${thisBoot} ] || {
${lines(swap.after)}
${waitUntil(hasAddress(iface, from.address), 150)}
${sh`ip -4 address del ${`${to.address}/${to.prefix}`} dev ${iface} 2>/dev/null`}
${stopped.length === 0 ? ':' : sh`systemctl start --no-block ${stopped}`}
${endSession}
}
[ $restored = 0 ] || exit
${cleanUp}
}
undo; exit
`
}

/** The change itself; it is run apart from the session, whose connection goes with the address. How it ended is left in a file. */
export function applyScript({ path, swap }: ArmedChange): string {
  return `# Time for the answer that this has begun.
sleep 1
${lines(swap.before)}
(
set -e
${commitScript(path, candidateOf(path))}
); moved=$?
${lines(swap.after)}
echo $((moved + $?)) >${folder}/result
`
}

/**
 * Prepares everything, arms the undo and only then starts the change. Where one of this fails, all is as it was.
 *
 * @returns the script; it expects the file's new content on stdin.
 */
export function armScript(change: ArmedChange): string {
  const { iface, path, attributes } = change
  return `if ${isArmed}; then echo 'a change of address is armed here already' >&2; exit 1; fi
rm -rf -- ${folder} && mkdir -p -m 0700 -- ${folder} || exit
${stageScript(path, candidateOf(path), attributes)}
disarm() {
set +e
systemctl stop ${unit}.timer 2>/dev/null
rm -f -- "$candidate"
${cleanUp}
}
${atExit('[ $code = 0 ] || disarm')}
${sh`[ ! -e ${path} ] || cp -p -- ${path} ${`${folder}/former`}`}
${sh`printf %s ${applyScript(change)} >${`${folder}/apply`}`}
pid=$PPID
while [ "$pid" -gt 1 ]; do
  case $(readlink "/proc/$pid/fd/9") in /run/lock/ha-run.*) echo "$pid" >${folder}/session; break ;; esac
  pid=$(cut -d' ' -f4 "/proc/$pid/stat")
done
${sh`printf %s ${undoScript(change)} >${`${folder}/undo`}`}
sync -f ${folder}
mkdir -p ${posix.dirname(wanted)}
${sh`printf %s ${unitText(iface)} >${unitFile}`}
ln -sf ${unitFile} ${wanted}
sync -f ${unitFile}
: >${thisBoot}
systemctl daemon-reload
systemd-run -q --on-active=${undoTime} --timer-property=AccuracySec=100ms --unit=${unit}.service
systemd-run -q --collect -p KillMode=process --unit=${changeUnit} /bin/sh ${folder}/apply
`
}

/**
 * Confirms over a fresh connection that the change has ended well and the kernel has the address. What the manager leaves
 * of the former one is removed. Fails where the undo has begun, or where this is another machine.
 */
export function confirmScript({ iface, from, to }: Pick<ArmedChange, 'iface' | 'from' | 'to'>): string {
  return `fail() { echo "$1" >&2; exit 1; }
${isArmed} || fail 'no change of address is armed here: it was undone already, or this is another machine'
${waitUntil(`[ -s ${folder}/result ]`, 100)}
[ "$(cat ${folder}/result)" = 0 ] || fail 'the network manager did not take the new address up without an error'
${hasAddress(iface, to.address)} || fail ${sh`${`${iface} does not have ${to.address}`}`}
${waitUntil(`! ${hasAddress(iface, from.address)}`, 50)}
${sh`ip -4 address del ${`${from.address}/${from.prefix}`} dev ${iface} 2>/dev/null`}
systemctl stop ${unit}.timer || fail 'the undo has begun already'
case $(systemctl is-active ${unit}.service) in inactive|failed) ;; *) fail 'the undo has begun already' ;; esac
${isArmed} || fail 'the change was undone already'
${endSession}
${cleanUp}`
}

function lines(commands: string[]): string {
  return commands.length === 0 ? ':' : commands.join('\n')
}
