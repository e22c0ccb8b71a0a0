/**
 * What the output of a failed command says: the line with the cause, and what to do about causes that every command can meet.
 */

/** A line that names an error; many tools write more lines after it. */
const errorLine =
  /^(E|Error|ERROR|error|fatal|FATAL): |(: error: |: fatal: )|\b(failed|cannot|can't|could not|unable to|no such|denied|not found|invalid)\b/i

const maxCauseLength = 200

/** The last line that names an error, else the last line; undefined if nothing was printed. */
export function causeIn(stderr: string, stdout: string): string | undefined {
  const lines = (stderr.trim() === '' ? stdout : stderr)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const cause = lines.findLast(line => errorLine.test(line)) ?? lines.at(-1)
  return cause !== undefined && cause.length > maxCauseLength ? `${cause.slice(0, maxCauseLength)}…` : cause
}

const remedies: [cause: RegExp, hint: string][] = [
  [
    /No space left on device/,
    'the disk is full: `df -h` and `df -i` on the node show where; free some space, then run again',
  ],
  [
    /Read-only file system/,
    'a file system is mounted read-only: `dmesg` on the node may show a failing disk or card; remount it, then run again',
  ],
  [/Cannot (allocate memory|fork)|Out of memory/i, 'the node is out of memory: `free -m` on the node shows it'],
  [
    /Could not get lock|dpkg frontend lock/,
    'another apt or dpkg is at work on the node: run again when it has finished',
  ],
  [/dpkg was interrupted/, 'run `dpkg --configure -a` on the node, then run again'],
  [
    /Temporary failure resolving|Could not resolve '|Could not connect to .* port|Failed to fetch/,
    'the node does not reach its Debian mirror: check its network, DNS and /etc/apt',
  ],
  [
    /Unable to locate package/,
    'check the sources in /etc/apt on the node; `apt-get update` there shows what they offer',
  ],
]

/** What to do, if the output has a cause that does not depend on the command. */
export function remedyFor(output: string): string | undefined {
  return remedies.find(([cause]) => cause.test(output))?.[1]
}
