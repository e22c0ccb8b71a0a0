import { onNodes, type ClusterMember } from '../../runner/cluster/members.js'
import { TaskError } from '../../runner/errors.js'
import { CommandError } from '../../runner/ssh/outcome.js'
import type { Remote } from '../../runner/ssh/remote.js'
import { loadIdFormat, noteFile, pidFile } from './configuration.js'

/** In which Apache reads its configuration, on a slow machine with many sites. */
const reloadTimeoutSeconds = 30

/** Here Debian's Apache reports why it did not load a configuration. */
const errorLog = '/var/log/apache2/error.log'

/** Apache's own test of what a start by the agent would read; the agent defines STATUS. */
export async function configtest($: Remote, configFile: string): Promise<void> {
  await $`apache2ctl -DSTATUS -f ${configFile} -t`
}

/** The same without a change to the node, for a plan: where Apache never ran, apache2ctl would make these folders. */
export async function readOnlyConfigtest($: Remote, configFile: string): Promise<void> {
  await $`[ ! -d /run/apache2/socks ] || [ ! -d /run/lock/apache2 ] || apache2ctl -DSTATUS -f ${configFile} -t`
}

/** A node whose Apache rejects its configuration. */
export interface Rejection {
  member: ClusterMember
  /** Apache's own messages. */
  reason: string
  command: string | undefined
}

/** Tests the configuration of every node, also where Apache does not run: it could not start there. */
export async function findRejections(
  members: ClusterMember[],
  test: ($: Remote) => Promise<void>,
): Promise<Rejection[]> {
  const tests = await Promise.all(
    members.map(async member => {
      try {
        await test(member.$)
        return []
      } catch (error) {
        if (!(error instanceof CommandError)) throw error
        const {
          result: { stdout, stderr },
          command,
        } = error
        return [{ member, reason: configurationErrors(`${stderr}\n${stdout}`) || error.message, command }]
      }
    }),
  )
  return tests.flat()
}

/** The errors in what Apache prints, without its usual remarks. */
export function configurationErrors(output: string): string {
  const remarks = /^AH00558:|^Action '.*' failed\.$|^The Apache error log may have more|^Syntax OK$/
  return output
    .split('\n')
    .filter(line => line.trim() !== '' && !remarks.test(line))
    .join('\n')
}

/** @throws TaskError with Apache's messages if it rejects its configuration on any of these nodes. */
export async function refuseRejected(members: ClusterMember[], configFile: string): Promise<void> {
  const rejections = await findRejections(members, async $ => configtest($, configFile))
  if (rejections.length === 0) return
  throw new TaskError(
    `${onNodes(
      'apache rejects its configuration',
      rejections.map(({ member }) => member),
    )}: nothing was reloaded on any node`,
    {
      command: rejections[0]!.command,
      output: rejections.map(({ member: { name }, reason }) => `${name}: ${reason}`).join('\n'),
      hint: 'correct it there and run again: apache could not start there at a failover',
    },
  )
}

/**
 * Reloads gracefully: old workers finish the requests that they are answering, new ones take new requests, and the main process
 * stays, so that Pacemaker notices nothing. The agent has no reload action, and `apache2ctl graceful` would start a second Apache
 * if the cluster's has just moved away; so the signal goes to the process in the pid file. Apache has loaded its configuration
 * once it has replaced the pid file. The hash of the loaded configuration is then noted.
 *
 * @param hash - of the files on disk, read before: a file that changes during the reload differs from it at the next check.
 */
export async function reloadGracefully($: Remote, hash: string) {
  return $`set -e
read -r main <${pidFile}
read -r name <"/proc/$main/comm"
[ "$name" = apache2 ] || { echo "process $main is $name, not apache2" >&2; exit 1; }
before=$(stat -c ${loadIdFormat} ${pidFile})
kill -USR1 "$main"
tries=${reloadTimeoutSeconds * 5}
until after=$(stat -c ${loadIdFormat} ${pidFile} 2>/dev/null) && [ "$after" != "$before" ]; do
  tries=$((tries - 1))
  [ -e "/proc/$main" ] && [ $tries -gt 0 ] || { tail -n 5 ${errorLog} >&2; exit 1; }
  sleep 0.2
done
printf '%s %s\\n' ${hash} "$after" >${noteFile}.new
mv -f ${noteFile}.new ${noteFile}`
}

/**
 * A configuration may pass its test and still fail to load, for example because another process has the port. Then Apache exits,
 * and Pacemaker is asked to check the resources now rather than at the next monitor.
 *
 * @throws TaskError with the end of Apache's error log if the process exited or kept its old configuration.
 */
export async function reload({ $, name }: ClusterMember, hash: string, resources: string[]): Promise<void> {
  try {
    await reloadGracefully($, hash)
  } catch (error) {
    if (!(error instanceof TaskError)) throw error
    for (const resource of resources) await $({ nothrow: true })`crm_resource --refresh -r ${resource} -N ${name}`
    throw new TaskError(
      `apache on ${name} did not load its configuration, although the configuration passed its test`,
      {
        ...(error.output !== undefined && { output: error.output }),
        hint: `correct what ${errorLog} there reports and run again; \`crm_mon -1\` shows where the cluster runs it meanwhile`,
        cause: error,
      },
    )
  }
}

/** Runs the agent's monitor action, as Pacemaker does at every interval, without an entry in the operation history. */
export async function monitorOnce({ $, name }: ClusterMember, resource: string): Promise<void> {
  const { exitCode, stdout, stderr } = await $({ nothrow: true })`crm_resource --force-check -r ${resource}`
  if (exitCode === 0) return
  throw new TaskError(`${resource} does not pass its monitor on ${name} after the reload`, {
    command: `crm_resource --force-check -r ${resource}`,
    output: `${stdout}\n${stderr}`.trim(),
    hint: `${errorLog} there may show why`,
  })
}
