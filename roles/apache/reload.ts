import { on, type ClusterMember } from '../../runner/cluster/members.js'
import { TaskError } from '../../runner/errors.js'
import { sh } from '../../runner/ssh/quote.js'
import { loadId, noteFile, pidFile } from './configuration.js'

/** Seconds in which Apache reads its configuration, on a slow machine with many sites. */
const patience = 30

/** Where Debian's Apache says why it did not take a configuration. */
const errorLog = '/var/log/apache2/error.log'

/** Apache's own test of what a start by the agent (which defines STATUS) would read. */
export function testScript(configFile: string): string {
  return sh`apache2ctl -DSTATUS -f ${configFile} -t`
}

/** The same for a plan, which may not make the folders that apache2ctl would make where Apache never ran. */
export function readOnlyTestScript(configFile: string): string {
  return `[ ! -d /run/apache2/socks ] || [ ! -d /run/lock/apache2 ] || ${testScript(configFile)}`
}

/**
 * Has the main process read its configuration again: requests that are being answered are finished by the old workers,
 * new ones wait for the new, and the process stays, so that for Pacemaker nothing has happened. The agent has no reload
 * of its own, and `apache2ctl graceful` would start an Apache beside the cluster's where that has just moved away: so
 * the signal goes to the process that was looked at. It is done when the pid file has been replaced, and then the hash
 * that was loaded is noted.
 *
 * @param hash - of what is on disk, taken before: a file that is changed meanwhile differs from it at the next look.
 */
export function reloadScript(hash: string): string {
  return `set -e
read -r main <${pidFile}
read -r name <"/proc/$main/comm"
[ "$name" = apache2 ] || { echo "process $main is $name, not apache2" >&2; exit 1; }
before=$(${loadId})
kill -USR1 "$main"
tries=${patience * 5}
until after=$(${loadId} 2>/dev/null) && [ "$after" != "$before" ]; do
  tries=$((tries - 1))
  [ -e "/proc/$main" ] && [ $tries -gt 0 ] || { tail -n 5 ${errorLog} >&2; exit 1; }
  sleep 0.2
done
printf '%s %s\\n' ${hash} "$after" >${noteFile}.new
mv -f ${noteFile}.new ${noteFile}`
}

/** What Apache says against a configuration, without the remarks that stand beside it. */
export function complaintOf(output: string): string {
  const remarks = /^AH00558:|^Action '.*' failed\.$|^The Apache error log may have more|^Syntax OK$/
  return output.split('\n').filter(line => line.trim() !== '' && !remarks.test(line)).join('\n')
}

/** What Apache has against its configuration, node by node: also where it does not run, since there it could not start. */
export async function complaints(members: ClusterMember[], script: string): Promise<[ClusterMember, string][]> {
  const tests = await Promise.all(members.map(async member => [member, await member.$({ nothrow: true }).script(script)] as const))
  return tests.filter(([, { exitCode }]) => exitCode !== 0).map(([member, { stdout, stderr }]) => [member, complaintOf(`${stderr}\n${stdout}`)])
}

/** @throws TaskError with Apache's own words where it finds a fault on any of these nodes. */
export async function refuseBroken(members: ClusterMember[], configFile: string): Promise<void> {
  const broken = await complaints(members, testScript(configFile))
  if (broken.length === 0) return
  throw new TaskError(`${on('apache refuses its configuration', broken.map(([member]) => member))}: nothing was reloaded anywhere`, {
    command: testScript(configFile),
    output: broken.map(([{ name }, complaint]) => `${name}: ${complaint}`).join('\n'),
    hint: 'correct it there and run again: apache could not start there at a failover',
  })
}

/**
 * A configuration can pass its test and still not be loaded: a port that another process has, say. Then Apache ends,
 * and the cluster is told to look at once instead of at its next monitor.
 *
 * @throws TaskError with the end of Apache's error log where the process ended or kept what it had.
 */
export async function reload({ $, name }: ClusterMember, hash: string, resources: string[]): Promise<void> {
  try {
    await $.script(reloadScript(hash))
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    for (const resource of resources) await $({ nothrow: true })`crm_resource --refresh -r ${resource} -N ${name}`
    throw new TaskError(`apache on ${name} did not take its configuration, although its own test had nothing against it`, {
      ...(error.output !== undefined && { output: error.output }),
      hint: `correct what ${errorLog} there says and run again; \`crm_mon -1\` says where the cluster runs it meanwhile`,
      cause: error,
    })
  }
}

/** Asks the agent's own monitor, as Pacemaker does at every interval, without a trace in its history. */
export async function confirm({ $, name }: ClusterMember, resource: string): Promise<void> {
  const command = sh`crm_resource --force-check -r ${resource}`
  const { exitCode, stdout, stderr } = await $({ nothrow: true }).script(command)
  if (exitCode === 0) return
  throw new TaskError(`${resource} does not pass its monitor on ${name} after the reload`, {
    command, output: `${stdout}\n${stderr}`.trim(), hint: `${errorLog} there may say why`,
  })
}
