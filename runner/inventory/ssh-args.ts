/**
 * The arguments of `ansible_ssh_common_args` and the like that ha-run can pass to ssh: which way leads to a node (jump hosts, proxies,
 * keys, ciphers). What a session consists of is ha-run's own: the master connection, its command, its terminal.
 */

/** Options of ssh(1) with a value that concern the way to a node. */
const withValue = new Set('-b -B -c -F -i -I -J -l -m -o -p'.split(' '))

/** Options without a value that concern it. */
const alone = new Set('-4 -6 -A -a -C -K -k -x'.split(' '))

/** Options with a value that have no effect. */
const ignoredWithValue = new Set('-D -E -e -L -O -P -Q -R -S -W -w'.split(' '))

/**
 * Settings of ssh_config(5) that ha-run sets itself, in lower case: those of its connections, keep-alives and messages. A forwarded port
 * would be opened by the master and then again by each channel.
 */
const ownSettings = new Set([
  'batchmode',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'dynamicforward',
  'escapechar',
  'forkafterauthentication',
  'localforward',
  'loglevel',
  'logverbose',
  'remotecommand',
  'remoteforward',
  'requesttty',
  'serveralivecountmax',
  'serveraliveinterval',
  'sessiontype',
  'stdinnull',
  'syslogfacility',
  'tunnel',
])

/** @param args - as a shell would split them. */
export function usableSshArgs(args: readonly string[]): { usable: string[]; ignored: string[] } {
  const result = { usable: [] as string[], ignored: [] as string[] }
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? ''
    const option = argument.slice(0, 2)
    const takesValue = withValue.has(option) || ignoredWithValue.has(option)
    const isWhole = takesValue && argument.length === 2
    const words = isWhole && at + 1 < args.length ? [argument, args[(at += 1)] ?? ''] : [argument]
    const value = words.length === 2 ? words[1] : argument.slice(2)
    const isUsable = withValue.has(option)
      ? value !== undefined && value !== '' && !(option === '-o' && isOwnSetting(value))
      : alone.has(argument)
    if (!isUsable) result.ignored.push(...words)
    // ssh refuses -J beside the ProxyCommand that channels over a master have, but ignores a second proxy among the settings.
    else if (option === '-J') result.usable.push('-o', `ProxyJump=${value}`)
    else result.usable.push(...words)
  }
  return result
}

/** `ControlPath=/tmp/x`, or `ControlPath /tmp/x`, as ssh_config(5) allows both. */
function isOwnSetting(setting: string): boolean {
  return ownSettings.has(setting.trim().split(/[\s=]/, 1)[0]?.toLowerCase() ?? '')
}
