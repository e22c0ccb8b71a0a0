import { posix } from 'node:path'
import { candidateOf, commitFile, stageFile, type FileAttributes } from '../../runner/tasks/write-file.js'
import { familyOf, hostPrefixOf } from '../../runner/ip-address.js'
import { fact } from '../../runner/facts/fact.js'
import { atExit } from '../../runner/ssh/at-exit.js'
import { sh, ShellText } from '../../runner/ssh/quote.js'
import type { Remote } from '../../runner/ssh/remote.js'
import type { Activation } from './managers/manager.js'

/**
 * An armed change of address: the node itself undoes it unless it is confirmed. All that the undo needs is on the node's disk. The
 * service that restores the former file is started by a timer, or before the network comes up at the next boot. So neither a crash
 * of ha-run nor a power failure leaves a node at an address at which it cannot be reached.
 */
export interface ArmedChange {
  iface: string
  /** The manager's file, and its mode and owner. */
  path: string
  attributes: FileAttributes
  /** The commands that make the manager use another file. */
  activation: Activation
  from: { address: string; prefix: number }
  /** Whether the former address stays beside the new one. */
  stays?: true
  to: { address: string; prefix: number }
  /** Units that were stopped for the change, in the order in which they start. */
  stopped: string[]
}

/** After which the node undoes the change, unless it is confirmed. */
export const undoSeconds = 90

const folder = '/var/lib/ha-run/address'
const unit = 'ha-run-address-undo'
const changeUnit = 'ha-run-address-change'
const unitFile = `/etc/systemd/system/${unit}.service`
const wanted = `/etc/systemd/system/multi-user.target.wants/${unit}.service`
/** Missing after a boot: then the network is not up yet, and the former file need not be activated. */
const thisBoot = '/run/ha-run.address'

/** A test whether a change awaits its confirmation. If only one of the files exists, a power failure has interrupted a clean-up. */
const isArmedTest = new ShellText(`[ -e ${folder}/undo ] && [ -e ${unitFile} ]`)

export const isChangeArmed = fact(
  'armed change of address',
  sh`${isArmedTest} && echo armed; true`,
  ({ stdout }) => stdout !== '',
)

/**
 * The undo runs before the units of all network managers, including those of ifupdown that udev starts. `KillMode=process` keeps
 * what ifup starts, such as a DHCP client, when the service has ended.
 */
export function unitText(iface: string): string {
  return `[Unit]
Description=Restore the addressing of ${iface}: the change by ha-run was not confirmed
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

/** Removes all that a change needs, the files of `isArmedTest` first. `systemctl disable` is not available early in a boot. */
const cleanUp = new ShellText(sh`rm -f -- ${unitFile} ${wanted}
[ ! -e ${thisBoot} ] || systemctl daemon-reload
rm -rf -- ${folder} ${thisBoot}`)

/** Kills the session from which the change was made: its connection is dead, and it would keep the cluster's lock for hours. */
const endSession =
  new ShellText(`session=$(cat ${folder}/session 2>/dev/null) && case $(readlink "/proc/$session/fd/9") in
  /run/lock/ha-run.*) kill -KILL "$session" ;;
esac`)

const hasAddress = (iface: string, address: string) =>
  new ShellText(sh`ip ${familyFlag(address)} -o address show dev ${iface} to ${hostPrefixOf(address)} | grep -q .`)

const familyFlag = (address: string) => `-${familyOf(address)}`

/** Waits until a test succeeds. @param seconds - at most. */
const waitUntil = (test: ShellText, seconds: number) =>
  new ShellText(sh`n=${seconds * 5}; until ${test} || [ $n = 0 ]; do sleep 0.2; n=$((n - 1)); done`)

/**
 * What the node runs by itself without a confirmation: it restores and activates the former file and starts the stopped units. If
 * the file cannot be restored, the network comes up all the same, and the next boot tries again.
 */
export function undoScript({ iface, path, activation, from, to, stopped }: ArmedChange): string {
  const candidate = candidateOf(path)
  return sh`undo() {
[ ! -e ${thisBoot} ] || {
systemctl kill -s KILL ${changeUnit}.service 2>/dev/null
${lines(activation.before)}
}
(
set -e
if [ -e ${folder}/former ]; then
cp -p -- ${folder}/former ${candidate}
sync -- ${candidate}
${commitFile(path, candidate)}
else
rm -f -- ${path} ${candidate}
sync -- ${posix.dirname(path)}
fi
); restored=$?
${new ShellText((activation.rendering ?? []).map(command => `${command}\n`).join(''))}[ ! -e ${thisBoot} ] || {
${lines(activation.after)}
${waitUntil(hasAddress(iface, from.address), 30)}
ip ${familyFlag(to.address)} address del ${to.address}/${to.prefix} dev ${iface} 2>/dev/null
${stopped.length === 0 ? ':' : new ShellText(sh`systemctl start --no-block ${stopped}`)}
${endSession}
}
[ $restored = 0 ] || exit
${cleanUp}
}
undo; exit
`
}

/** The change itself. It runs outside of the session, whose connection breaks with the address, and leaves its result in a file. */
export function applyScript({ path, activation }: ArmedChange): string {
  return sh`# Time to report that the change has begun.
sleep 1
${lines(activation.before)}
(
set -e
${commitFile(path, candidateOf(path))}
); moved=$?
${lines([...(activation.rendering ?? []), ...activation.after])}
echo $((moved + $?)) >${folder}/result
`
}

/**
 * Prepares everything, arms the undo and only then starts the change. If a step fails, the former state is restored.
 *
 * @param content - the file's new content.
 */
export async function armChange($: Remote, change: ArmedChange, content: string): Promise<void> {
  const { iface, path, attributes } = change
  await $({
    input: content,
  })`if ${isArmedTest}; then echo 'a change of address is already armed on this node' >&2; exit 1; fi
rm -rf -- ${folder} && mkdir -p -m 0700 -- ${folder} || exit
${stageFile(path, candidateOf(path), attributes)}
disarm() {
set +e
systemctl stop ${unit}.timer 2>/dev/null
rm -f -- "$candidate"
${cleanUp}
}
${atExit('[ $code = 0 ] || disarm')}
[ ! -e ${path} ] || cp -p -- ${path} ${folder}/former
printf %s ${applyScript(change)} >${folder}/apply
pid=$PPID
while [ "$pid" -gt 1 ]; do
  case $(readlink "/proc/$pid/fd/9") in /run/lock/ha-run.*) echo "$pid" >${folder}/session; break ;; esac
  pid=$(cut -d' ' -f4 "/proc/$pid/stat")
done
printf %s ${undoScript(change)} >${folder}/undo
sync -f ${folder}
mkdir -p ${posix.dirname(wanted)}
printf %s ${unitText(iface)} >${unitFile}
ln -sf ${unitFile} ${wanted}
sync -f ${unitFile}
: >${thisBoot}
systemctl daemon-reload
systemd-run -q --on-active=${undoSeconds} --timer-property=AccuracySec=100ms --unit=${unit}.service
systemd-run -q --collect -p KillMode=process --unit=${changeUnit} /bin/sh ${folder}/apply
`
}

/**
 * Confirms the change, over a new connection, if it has succeeded and the kernel has the address. Removes the former address if the
 * manager has left it. Fails if the undo has begun, or if this is another machine.
 */
export async function confirmArmedChange(
  $: Remote,
  { iface, from, to, stays }: Pick<ArmedChange, 'iface' | 'from' | 'to' | 'stays'>,
): Promise<void> {
  await $`fail() { echo "$1" >&2; exit 1; }
${isArmedTest} || fail 'no change of address is armed here: it was undone, or this is another machine'
${waitUntil(new ShellText(`[ -s ${folder}/result ]`), 20)}
[ "$(cat ${folder}/result)" = 0 ] || fail 'the network manager reported an error with the new address'
${hasAddress(iface, to.address)} || fail ${`${iface} does not have ${to.address}`}
${stays ? ':' : removeFormer(iface, from)}
systemctl stop ${unit}.timer || fail 'the undo has begun'
case $(systemctl is-active ${unit}.service) in inactive|failed) ;; *) fail 'the undo has begun' ;; esac
${isArmedTest} || fail 'the change was undone'
${endSession}
${cleanUp}`
}

function removeFormer(iface: string, { address, prefix }: ArmedChange['from']): ShellText {
  return new ShellText(sh`${waitUntil(new ShellText(sh`! ${hasAddress(iface, address)}`), 10)}
ip ${familyFlag(address)} address del ${address}/${prefix} dev ${iface} 2>/dev/null`)
}

function lines(commands: string[]): ShellText {
  return new ShellText(commands.length === 0 ? ':' : commands.join('\n'))
}
