import { randomBytes } from 'node:crypto'
import { accessSync, constants, statSync, writeSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Cluster, Node } from '../cluster/declaration/declaration.js'
import type { OutsideHost } from '../cluster/declaration/outside-host.js'
import type { ClusterMember } from '../cluster/members.js'
import type { ClusterRole } from '../cluster/role.js'
import { Connections } from '../engine/connections.js'
import type { Reporter } from '../engine/events.js'
import { beginningAtOnce } from '../engine/host-places.js'
import { commandStartedAt, systemClock } from '../clock.js'
import { exitCodes, HaRunError, UsageError } from '../errors.js'
import { defaultWaitSeconds } from '../option-values.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/control-directory.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import { readFencingSecrets } from './fencing-secrets.js'
import type { RunFlags } from './flags.js'
import { knownRoles, loadRole, loadViews } from './load-roles.js'
import { planRun, type Job, type NamedStep, type RunTarget } from './plan-run.js'
import { onInterrupt } from './signals.js'
import { loadUserRoles } from './user-roles.js'
import { openVault } from './vault-passwords.js'

/** What a command runs, and what it adds to that. */
export interface RunRequest extends RunTarget {
  /** The options of a command that has a role of its own. */
  roleFlags?: object
  /** Names of the nodes that the run does not need: one that cannot be reached is no failure. */
  mayBeAbsent?: string[]
  /** Shows the plan of a trial and asks for confirmation. */
  confirm?: (plan: string[], stop: AbortSignal) => Promise<boolean>
  /** The process has done other work before: the time counts from now. */
  followsOtherWork?: boolean
  /** Throws a UsageError if the command cannot run on the selected clusters. */
  checkClusters?: (clusters: Cluster[]) => void
}

/**
 * Reads the inventory, selects clusters and roles, and runs them.
 *
 * @param argv - the command line, for the record.
 * @returns the exit code.
 */
export async function runCommand(request: RunRequest, flags: RunFlags, argv: string[]): Promise<number> {
  const plan = planRun(request, knownRoles(), { ...flags, vault: await openVault(flags) })
  const { inventory } = plan
  request.checkClusters?.(plan.jobs.map(({ cluster }) => cluster))
  const userRoles = await loadUserRoles(plan)
  const jobs = readFencingSecrets(plan.jobs, inventory)
  const { hosts } = userRoles
  for (const file of [flags.junit, flags.report]) if (file !== undefined) requireWritable(file)
  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  // The time that users notice: since the command started, or since they typed the password.
  const started = flags.askBecomePass || request.followsOtherWork ? systemClock.now() : commandStartedAt
  const id = randomBytes(4).toString('hex')
  let reporter: Reporter | undefined
  let exit: number
  const interrupt = onInterrupt({
    notify: text => reporter?.report({ event: 'notice', text }),
    leave: () => {
      removeControlDirectory(controlDirectory)
      // Behind the reporter, which gives the terminal back when the process exits.
      process.once('exit', () =>
        writeSync(
          process.stderr.fd,
          'ended at once: standby or maintenance mode that this run had set may remain, and the next run continues from there\n',
        ),
      )
    },
  })
  const { stop, abandon } = interrupt
  const controlDirectory = makeControlDirectory()
  const connections = new Connections({
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon },
    forks: flags.forks,
    stop,
  })
  try {
    const first = beginningAtOnce(
      // An arbiter is a host of its own.
      [...jobs.map(({ cluster }) => cluster.nodes.length + (cluster.quorumDevice ? 1 : 0)), ...hosts.map(() => 1)],
      flags.forks,
    )
    connections.start([...jobs, ...hosts].slice(0, first).flatMap(({ cluster }) => cluster.nodes))
    const steps = jobs.flatMap(job => job.steps)
    const roles = [...steps.map(({ role }) => role), ...hosts.flatMap(host => host.steps.map(({ role }) => role.name))]
    // These modules load while ssh connects, which takes as long.
    const [{ execute, stableSeconds }, { schedule }, { createReporter }, { requireAdoption }, views, clusters] =
      await Promise.all([
        import('../engine/execute.js'),
        import('../engine/schedule.js'),
        import('../ui/reporter.js'),
        import('../cluster/adoption/require-adoption.js'),
        loadViews(steps.flatMap(({ role, file }) => (file === undefined ? [role] : []))),
        Promise.all(
          jobs.map(async (job, at) => {
            const loaded = await loadJob(job, userRoles.ofSteps, request.roleFlags)
            if (at < first) connections.start(loaded.supporting)
            return loaded
          }),
        ),
      ])
    reporter = await createReporter({
      mode: flags.json ? 'json' : undefined,
      stdout: process.stdout,
      stderr: process.stderr,
      verbosity: flags.verbose ? 1 : flags.quiet ? -1 : 0,
      color: wantsColor(flags),
      diff: flags.diff ?? false,
      junit: flags.junit,
      views,
      ...(flags.report !== undefined && {
        others: [(await import('../report/report-file.js')).reportReporter(flags.report, views)],
      }),
    })
    reporter.report({
      event: 'run',
      run: id,
      command: argv,
      inventory: inventory.path,
      check: flags.check ?? false,
      clusters: [
        ...clusters.map(({ cluster, supporting }) => ({
          name: cluster.name,
          nodes: cluster.nodes.map(({ name }) => name),
          ...(supporting.length > 0 && { supporting: supporting.map(({ name }) => name) }),
        })),
        ...hosts.map(({ cluster: { name } }) => ({ name, nodes: [name], outside: true as const })),
      ],
    })
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const onlyVerifies = roles.every(role => role === 'verify')
    const onlyReads = roles.every(role => role === 'verify' || (['drill', 'fence'].includes(role) && flags.check))
    const summary = await execute<Cluster | OutsideHost, Node>(
      [
        ...clusters.map(({ cluster: declared, steps, supporting }) => {
          const scheduled = (cluster: Cluster) => ({ cluster, scheduled: schedule(cluster, steps), supporting })
          return declared.unresolved
            ? {
                cluster: declared,
                supporting,
                complete: async (members: ClusterMember[]) => scheduled(await resolved(declared, members)),
              }
            : scheduled(declared)
        }),
        ...hosts.map(({ cluster, steps }) => ({ cluster, scheduled: schedule(cluster, steps) })),
      ],
      {
        run: id,
        started,
        check: flags.check ?? false,
        reporter,
        connections,
        stop,
        abandon,
        mayBeAbsent: new Set(request.mayBeAbsent),
        lock: !flags.check && !onlyVerifies,
        wait: flags.wait === true ? defaultWaitSeconds : flags.wait,
        stable: flags.stable ?? (onlyVerifies ? stableSeconds : undefined),
        consent: { outage: flags.allowOutage ?? false, purge: flags.purge ?? false },
        ...(request.confirm && {
          confirm: async plan => suspended(reporter!, async () => request.confirm!(plan, stop)),
        }),
      },
      onlyReads
        ? undefined
        : async (cluster, members, locked) =>
            'outside' in cluster
              ? []
              : requireAdoption(cluster, members, {
                  check: flags.check ?? false,
                  adopt: flags.adopt ?? false,
                  roles: rolesOf(jobs, cluster),
                  by: adopter(id),
                  locked,
                }),
    )
    exit = summary.exit
  } catch (error) {
    // The first error counts.
    await reporter?.close().catch(() => {})
    throw error
  } finally {
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
  }
  return closeReporter(reporter, exit)
}

/** The names of the roles that run on a cluster. */
function rolesOf(jobs: Job[], { name }: Cluster): Set<string> {
  return new Set(jobs.find(({ cluster }) => cluster.name === name)?.steps.map(({ role }) => role))
}

/** The cluster with the link addresses to which its nodes resolve their host names. */
async function resolved(cluster: Cluster, members: ClusterMember[]): Promise<Cluster> {
  const { resolveLinks } = await import('../cluster/corosync/link-addresses.js')
  return resolveLinks(cluster, members)
}

/** Writes the page and the JUnit file. An error there fails a run that has not failed by itself. @returns the exit code. */
async function closeReporter(reporter: Reporter, exit: number): Promise<number> {
  try {
    await reporter.close()
  } catch (error) {
    if (!(error instanceof HaRunError) || exit === exitCodes.ok || exit === exitCodes.drift) throw error
    process.stderr.write(`${error.message}\n${error.hint === undefined ? '' : `-> ${error.hint}\n`}`)
  }
  return exit
}

/** Who takes over a cluster, as one line for its nodes. */
function adopter(run: string): string {
  return `${process.env['SUDO_USER'] ?? process.env['USER'] ?? 'somebody'} on ${new Date().toISOString()} (run ${run})`
}

/** Replaces the names of roles by the roles, and adds the hosts on which they work besides the cluster's nodes. */
async function loadJob(
  { cluster, steps: named }: Job,
  userRoles: ReadonlyMap<NamedStep, ClusterRole>,
  flags: object | undefined,
) {
  const steps = await Promise.all(
    named.map(async step => ({
      role: userRoles.get(step) ?? (await loadRole(step.role, flags)),
      selected: step.selected,
    })),
  )
  return { cluster, steps, supporting: [...new Set(steps.flatMap(({ role }) => role.supporting?.(cluster) ?? []))] }
}

/** Takes the run's progress off the terminal while `work` uses it. */
async function suspended<T>(reporter: Reporter, work: () => Promise<T>): Promise<T> {
  const resume = await reporter.suspend?.()
  try {
    return await work()
  } finally {
    resume?.()
  }
}

/** @throws UsageError if the file cannot be written: before the run, since the file is written after it. */
function requireWritable(file: string): void {
  try {
    // With a slash at the end, a file is no directory, not even to root.
    accessSync(`${dirname(resolve(file))}/`, constants.W_OK)
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a directory')
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`, { cause: error })
  }
}
