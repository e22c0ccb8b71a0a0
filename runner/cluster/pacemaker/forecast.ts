import { until } from '../../tasks/until.js'
import { TaskError, lastLines } from '../../errors.js'
import { fact, withDaemonTimeout, type Fact } from '../../facts/fact.js'
import type { ClusterMember, Scope } from '../members.js'
import { withoutSecrets } from '../secret-parameters.js'
import { hasActions, parseTransition, type Effect } from './transition.js'

/**
 * crm_simulate runs Pacemaker's own scheduler. It works on a shadow file, which it removes; in /run, so that Pacemaker's own
 * folder is not touched.
 */
const simulator = ['env', 'CIB_shadow_dir=/run', 'crm_simulate']

/**
 * What Pacemaker on this node would do if this were the CIB. The CIB comes on stdin, so that nothing is written. The plan is
 * enough: its execution would be simulated action by action, which takes minutes with 1,000 resources.
 *
 * @param cib - with its status.
 * @param injection - options of crm_simulate that add a failure to it.
 * @throws TaskError if the configuration is not valid.
 */
export async function crmSimulate(
  { $, name }: ClusterMember,
  cib: string,
  injection: string[] = [],
): Promise<Effect[]> {
  const { stdout, stderr, exitCode } = await $({ input: cib })`${[...simulator, '--run', ...injection]} --xml-pipe`
    .nothrow()
    .timeout('30s')
  try {
    return parseTransition(stdout)
  } catch (error) {
    throw new TaskError(
      `pacemaker on ${name} cannot forecast the effects of the changed configuration (exit code ${exitCode})`,
      {
        hint: 'the usual cause is a parameter, score or reference that is not valid',
        command: 'crm_simulate',
        output: lastLines(withoutSecrets(stderr || stdout)),
        cause: error,
      },
    )
  }
}

/**
 * What Pacemaker would do with the resources if a node were lost, and fenced.
 *
 * @param devices - ids of the fencing devices, which are left out: those of the lost node stop with it.
 */
export async function forecastLoss(
  member: ClusterMember,
  cib: string,
  node: string,
  devices: string[],
): Promise<Effect[]> {
  const effects = await crmSimulate(member, cib, [`--node-fail=${node}`])
  return effects.filter(({ kind, resource }) => kind !== 'other' && !devices.includes(resource))
}

/**
 * Whether Pacemaker still has something to do about the CIB in force; undefined if it does not answer. The plan also lists what
 * Pacemaker cannot do, so it takes the simulated execution.
 */
const pending: Fact<boolean | undefined> = fact(
  'crm_simulate --live-check',
  withDaemonTimeout(`${simulator.join(' ')} --simulate --live-check`, 10),
  ({ stdout, exitCode }) => (exitCode === 0 ? hasActions(stdout) : undefined),
)

/** The state of the DC: `S_IDLE` if no transition runs. */
const dcState: Fact<string> = fact(
  'crmadmin',
  `dc=$(${withDaemonTimeout('crmadmin --dc_lookup --quiet')} 2>/dev/null) && dc=\${dc##* } && ${withDaemonTimeout('crmadmin --status "$dc"')}`,
  ({ stdout }) => stdout,
)

/** Longer than any agent's advised start and stop together. */
export const settleTimeoutSeconds = 120

/** How long a change waits for transitions that already run: what they do after the change would count as its effects. */
const quietTimeoutMs = 30_000

/**
 * Waits until Pacemaker has nothing more to do. `crm_resource --wait` would poll every 2 s, and may return early
 * (docs/facts.md, Pacemaker).
 *
 * @throws TaskError if it has not settled in time.
 */
export async function untilSettled({ leader, abandon, progress }: Scope): Promise<void> {
  await until('pacemaker to settle', settleTimeoutSeconds, async () => (await isSettled(leader)) || undefined, {
    hint: 'see `crm_mon -1 -r` and `crm_simulate -LS` on a node',
    abandon,
    progress,
  })
}

/** Waits for a limited time until Pacemaker is idle. If it does not become idle, the change is made anyway: it may repair the cause. */
export async function untilQuiet({ leader, abandon, progress }: Scope): Promise<void> {
  const end = performance.now() + quietTimeoutMs
  await until(
    'pacemaker to become idle',
    (quietTimeoutMs * 2) / 1000,
    async () => (await isSettled(leader)) || performance.now() > end || undefined,
    { abandon, progress },
  )
}

async function isSettled(leader: ClusterMember): Promise<boolean> {
  // A simulated execution of many pending actions takes minutes of a node's time, so it waits until the DC has none in hand.
  if (!(await leader.readAgain(dcState)).includes('S_IDLE')) return false
  return (await leader.readAgain(pending)) === false
}
