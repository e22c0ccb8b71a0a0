import { until } from '../../tasks/until.js'
import { TaskError, lastLines } from '../../errors.js'
import { fact, withDaemonTimeout, type Fact } from '../../facts/fact.js'
import type { ClusterMember, Scope } from '../members.js'
import { hasActions, parseTransition, type Effect } from './transition.js'

/**
 * Asks Pacemaker's own scheduler, which decides the same way over a CIB that is not in force yet. crm_simulate works on a
 * shadow file, which it removes; told so, it makes it in /run and leaves Pacemaker's own folder as it is.
 */
const crmSimulate = ['env', 'CIB_shadow_dir=/run', 'crm_simulate', '--simulate']

/**
 * What Pacemaker on this node would do if this were the CIB. It comes on stdin, so that nothing is written.
 *
 * @param cib - with its status.
 * @throws TaskError where the configuration is not valid.
 */
export async function simulate({ $, name }: ClusterMember, cib: string): Promise<Effect[]> {
  const { stdout, stderr, exitCode } = await $({ input: cib, nothrow: true, timeout: '30s' })`${crmSimulate} --xml-pipe`
  try {
    return parseTransition(stdout)
  } catch (error) {
    throw new TaskError(`pacemaker on ${name} cannot tell what the changed configuration would do (exit code ${exitCode})`, {
      hint: 'a parameter, score or reference that is not valid is the usual cause', command: 'crm_simulate', output: lastLines(stderr || stdout), cause: error,
    })
  }
}

/** Whether Pacemaker has still to do something about the CIB that is in force; undefined where it does not answer. */
const pending: Fact<boolean | undefined> = fact('crm_simulate --live-check', withDaemonTimeout(`${crmSimulate.join(' ')} --live-check`), ({ stdout, exitCode }) =>
  exitCode === 0 ? hasActions(stdout) : undefined)

/** What the DC is at; `S_IDLE` says that no transition runs. */
const dcState: Fact<string> = fact('crmadmin', `dc=$(${withDaemonTimeout('crmadmin --dc_lookup --quiet')} 2>/dev/null) && dc=\${dc##* } && ${withDaemonTimeout('crmadmin --status "$dc"')}`, ({ stdout }) => stdout)

/** Seconds: longer than any agent's advised start and stop together. */
const settleTime = 120

/** Seconds to wait for what Pacemaker is at already: what it does of that after our change would count as ours. */
const quietTime = 30

/**
 * Waits until Pacemaker has nothing more to do. `crm_resource --wait` would poll every 2 s, and may return early
 * (cluster-facts C6, C13).
 *
 * @throws TaskError when it did not settle in time.
 */
export async function settled({ leader, abandon, progress }: Scope): Promise<void> {
  await until('pacemaker to settle', settleTime, async () => await isSettled(leader) || undefined, {
    hint: '`crm_mon -1 -r` and `crm_simulate -LS` on a node say what it is at', abandon, progress,
  })
}

/** Waits for a while until Pacemaker rests; one that does not come to rest is no reason not to mend it. */
export async function rested({ leader, abandon, progress }: Scope): Promise<void> {
  const end = Date.now() + quietTime * 1000
  await until('pacemaker to rest', quietTime * 2, async () => await isSettled(leader) || Date.now() > end || undefined, { abandon, progress })
}

async function isSettled(leader: ClusterMember): Promise<boolean> {
  const [isPending, state] = await Promise.all([leader.readAgain(pending), leader.read(dcState)])
  return isPending === false && state.includes('S_IDLE')
}
