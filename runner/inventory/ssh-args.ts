/**
 * The arguments of `ansible_ssh_common_args` and the like that ha-run can pass to ssh: which way leads to a node (jump hosts, proxies,
 * keys, ciphers). What a session consists of is ha-run's own: the master connection, its command, its terminal.
 */

/** Options of ssh(1) with a value that concern the way to a node. */
const withValue = new Set('-b -B -c -E -F -i -I -J -l -m -o -P -p'.split(' '))

/** Options without a value that concern it. */
const alone = new Set('-4 -6 -A -a -C -K -k -X -x -Y -y -q'.split(' '))

/** Settings of ssh_config(5) that ha-run sets itself, in lower case. */
const ownSettings = new Set([
  'batchmode',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'forkafterauthentication',
  'remotecommand',
  'requesttty',
  'sessiontype',
  'stdinnull',
])

/** @param args - as a shell would split them. */
export function usableSshArgs(args: readonly string[]): { usable: string[]; ignored: string[] } {
  const result = { usable: [] as string[], ignored: [] as string[] }
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? ''
    const option = argument.slice(0, 2)
    const takesValue = withValue.has(option)
    const isWhole = takesValue && argument.length === 2
    const words = isWhole && at + 1 < args.length ? [argument, args[(at += 1)] ?? ''] : [argument]
    const isUsable = takesValue
      ? (!isWhole || words.length === 2) && !(option === '-o' && isOwnSetting(words.at(-1)?.replace(/^-o/, '') ?? ''))
      : alone.has(argument)
    ;(isUsable ? result.usable : result.ignored).push(...words)
  }
  return result
}

/** `ControlPath=/tmp/x`, or `ControlPath /tmp/x`, as ssh_config(5) allows both. */
function isOwnSetting(setting: string): boolean {
  return ownSettings.has(setting.trim().split(/[\s=]/, 1)[0]?.toLowerCase() ?? '')
}
