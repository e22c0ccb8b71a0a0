import type { ExecutionContext } from 'ava'
import type { LabSite, Result } from './site-harness.js'

/**
 * What a plan must leave as it was: every file with its times and mode but logs and /run, what is kept in /run for
 * locks and by systemd, the CIB's version, the units, the holds.
 */
const everything = `find / -xdev \\( -path /run -o -path /var/log -o -path /var/lib/pacemaker/pengine -o -path /var/lib/systemd/timers \\) -prune -o -printf '%p %y %m %U %G %s %T@\\n'
cibadmin -Q 2>/dev/null | grep -o '^<cib [^>]*' | grep -o 'epoch="[0-9]*"'; ls -l /run/lock; ls /run/ha-run* /run/systemd/system 2>/dev/null; dpkg --get-selections | grep hold
systemctl list-units --no-legend --plain --type=service,timer | awk '$1 !~ /^(user@|user-runtime|session|systemd-(tmpfiles|hostnamed))/ { print $1, $3, $4 }' | sort`

/** Runs something, and asserts that every node is afterwards what it was before. */
export async function leavesAllAsItWas(
  t: ExecutionContext,
  site: LabSite,
  work: () => Promise<Result>,
): Promise<Result> {
  const look = async () =>
    Promise.all(site.lab.nodes.map(async ({ name }) => (await site.on(name, everything)).split('\n')))
  const before = await look()
  const result = await work()
  for (const [at, lines] of (await look()).entries()) {
    const [was, is] = [new Set(before[at]), new Set(lines)]
    t.deepEqual(
      { gone: [...was].filter(line => !is.has(line)), come: [...is].filter(line => !was.has(line)) },
      { gone: [], come: [] },
    )
  }
  return result
}

/** What a run printed, without what is new in every run. */
export function lastingLines({ stdout }: Result): string[] {
  return stdout.replaceAll(/"(time|run)":"[^"]*"|"ms":\d+/g, '').split('\n')
}
