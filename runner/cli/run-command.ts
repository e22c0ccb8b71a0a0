import { randomBytes } from 'node:crypto'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Cluster } from '../cluster/declaration/declaration.js'
import { readClusters } from '../cluster/declaration/read.js'
import { Connections } from '../engine/connections.js'
import type { Reporter } from '../engine/events.js'
import type { Job } from '../engine/run.js'
import { UsageError } from '../errors.js'
import { didYouMean } from '../inventory/nearest.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { readPlaybook, type Play } from '../inventory/playbook.js'
import { makeControlDirectory, removeControlDirectory } from '../ssh/openssh.js'
import { askPassword } from './ask-password.js'
import { wantsColor } from './color.js'
import type { RunFlags } from './flags.js'
import { knownRoles, loadRole, loadViews } from './load-roles.js'
import { onInterrupt } from './signals.js'

/** What a command runs: roles on all nodes, a playbook that ha-run ships, or a playbook of the user. */
export interface RunRequest {
  roles?: string[]
  playbook?: string
  playbookFile?: string
  /** The options of a command that has a role of its own. */
  roleFlags?: object
  /** Shows the plan of a trial and asks for confirmation. */
  confirm?: (plan: string[], stop: AbortSignal) => Promise<boolean>
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
  const plays = playsOf(request)
  const inventory = loadInventory(flags.inventory)
  const clusters = readClusters(inventory)
  const limit = new Set(selectHosts(inventory, flags.limit ?? 'all'))
  const steps = plays.flatMap(({ hosts, roles }) => {
    const selected = new Set(selectHosts(inventory, hosts).filter(name => limit.has(name)))
    return roles.map(role => ({ role, selected }))
  })
  const jobs: NamedJob[] = clusters
    .map(cluster => ({ cluster, steps: steps.filter(({ selected }) => cluster.nodes.some(({ name }) => selected.has(name))) }))
    .filter(job => job.steps.length > 0)
  if (jobs.length === 0) throw new UsageError('no node of a cluster is selected', { hint: 'check --limit and the hosts of the playbook' })

  request.checkClusters?.(jobs.map(({ cluster }) => cluster))
  for (const file of [flags.junit, flags.report]) if (file !== undefined) requireWritable(file)
  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  // The time that users notice: since the command started, or since they typed the password.
  const started = flags.askBecomePass ? Date.now() : performance.timeOrigin
  const id = randomBytes(4).toString('hex')
  let reporter: Reporter | undefined
  const interrupt = onInterrupt(text => reporter?.report({ event: 'notice', text }))
  const { stop, abandon } = interrupt
  const controlDirectory = makeControlDirectory()
  const connections = new Connections(jobs.flatMap(({ cluster }) => cluster.nodes), {
    ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon }, forks: flags.forks, stop,
  })
  try {
    // These modules load while ssh connects, which takes as long.
    const [{ run, stableSeconds }, { createReporter }, { requireAdoption }, views] = await Promise.all([
      import('../engine/run.js'), import('../ui/reporter.js'), import('../cluster/adoption/require-adoption.js'), loadViews(steps.map(({ role }) => role)),
    ])
    reporter = await createReporter({
      mode: flags.json ? 'json' : undefined, stdout: process.stdout, stderr: process.stderr,
      verbosity: flags.verbose ? 1 : flags.quiet ? -1 : 0, color: wantsColor(flags), diff: flags.diff ?? false, junit: flags.junit, views,
      ...flags.report !== undefined && { others: [(await import('../report/report-file.js')).reportReporter(flags.report, views)] },
    })
    reporter.report({
      event: 'run', run: id, command: argv, inventory: inventory.path, check: flags.check ?? false,
      clusters: jobs.map(({ cluster }) => ({ name: cluster.name, nodes: cluster.nodes.map(({ name }) => name) })),
    })
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const roles = jobs.flatMap(job => job.steps.map(({ role }) => role))
    const onlyVerifies = roles.every(role => role === 'verify')
    const onlyReads = roles.every(role => role === 'verify' || (role === 'drill' && flags.check))
    const { exit } = await run(await Promise.all(jobs.map(async job => loadJob(job, request.roleFlags))), {
      run: id, started, check: flags.check ?? false, reporter, connections, stop, abandon,
      lock: !flags.check && !onlyVerifies,
      stable: flags.stable ?? (onlyVerifies ? stableSeconds : undefined),
      consent: { outage: flags.allowOutage ?? false, purge: flags.purge ?? false },
      ...request.confirm && { confirm: async plan => suspended(reporter!, async () => request.confirm!(plan, stop)) },
    }, onlyReads ? undefined : async (cluster, members, locked) => requireAdoption(cluster, members, { check: flags.check ?? false, adopt: flags.adopt ?? false, by: adopter(id), locked }))
    return exit
  } finally {
    await connections.close()
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter?.close()
  }
}

/** Who takes over a cluster, as one line for its nodes. */
function adopter(run: string): string {
  return `${process.env['SUDO_USER'] ?? process.env['USER'] ?? 'somebody'} on ${new Date().toISOString()} (run ${run})`
}

/** A cluster with the names of the roles that run there, and on which of its nodes. */
interface NamedJob {
  cluster: Cluster
  steps: { role: string; selected: Set<string> }[]
}

async function loadJob({ cluster, steps }: NamedJob, flags: object | undefined): Promise<Job<Cluster>> {
  return { cluster, steps: await Promise.all(steps.map(async ({ role, selected }) => ({ role: await loadRole(role, flags), selected }))) }
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

function playsOf({ roles, playbook, playbookFile }: RunRequest): Play[] {
  const known = knownRoles()
  if (roles) {
    const unknown = roles.find(name => !known.includes(name))
    if (unknown !== undefined) {
      throw new UsageError(`there is no command and no role "${unknown}"`, { hint: didYouMean(unknown, [...known, 'site', 'status', 'play', 'import', 'report', 'lab'], 'Commands and roles') })
    }
    // Roles run in the order in which they build on each other, whatever the order on the command line.
    const order = readPlaybook(shipped('site'), known).flatMap(play => play.roles)
    return [{ name: roles.join(' '), hosts: 'all', roles: roles.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)) }]
  }
  return readPlaybook(playbookFile ?? shipped(playbook!), known)
}

/** A playbook that ha-run ships. */
function shipped(name: string): string {
  return fileURLToPath(new URL(`../../../playbooks/${name}.yml`, import.meta.url))
}
