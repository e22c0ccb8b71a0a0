import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readClusters } from '../cluster/read-declaration.js'
import { run } from '../engine/run.js'
import { UsageError } from '../errors.js'
import { didYouMean } from '../inventory/nearest.js'
import { selectHosts } from '../inventory/limit.js'
import { loadInventory } from '../inventory/load.js'
import { readPlaybook, type Play } from '../inventory/playbook.js'
import { makeControlDirectory, removeControlDirectory } from '../transport/openssh.js'
import { createReporter } from '../ui/reporter.js'
import { askPassword } from './ask-password.js'
import type { RunFlags } from './flags.js'
import { knownRoles, loadRole } from './load-roles.js'
import { onInterrupt } from './signals.js'

/** What to run: roles on all nodes, a playbook of ours, or one of the user's. */
export interface What {
  roles?: string[]
  playbook?: string
  playbookFile?: string
}

/**
 * Reads the inventory, works out which roles run where, and runs them.
 *
 * @param words - the command line, for the record.
 * @returns the exit code.
 */
export async function converge(what: What, flags: RunFlags, words: string[]): Promise<number> {
  const plays = playsOf(what)
  const inventory = loadInventory(flags.inventory)
  const clusters = readClusters(inventory)
  const limit = new Set(selectHosts(inventory, flags.limit ?? 'all'))
  const steps = await Promise.all(plays.map(async ({ hosts, roles }) => {
    const selected = new Set(selectHosts(inventory, hosts).filter(name => limit.has(name)))
    return Promise.all(roles.map(async name => ({ role: await loadRole(name), selected })))
  }))
  const jobs = clusters
    .map(cluster => ({ cluster, steps: steps.flat().filter(({ selected }) => cluster.nodes.some(({ name }) => selected.has(name))) }))
    .filter(job => job.steps.length > 0)
  if (jobs.length === 0) throw new UsageError('no node of a cluster is selected', { hint: 'check --limit and the hosts of the playbook' })

  if (flags.junit !== undefined) refuseUnwritable(flags.junit)
  const becomePassword = flags.askBecomePass ? await askPassword('password for sudo: ') : undefined
  const id = randomBytes(4).toString('hex')
  const reporter = createReporter({
    mode: flags.json ? 'json' : undefined, stdout: process.stdout, stderr: process.stderr,
    verbosity: flags.verbose ? 1 : flags.quiet ? -1 : 0, color: wantsColor(flags), diff: flags.diff ?? false, junit: flags.junit,
  })
  const interrupt = onInterrupt(text => reporter.report({ event: 'notice', text }))
  const controlDirectory = makeControlDirectory()
  try {
    reporter.report({
      event: 'run', run: id, command: words, inventory: inventory.path, check: flags.check ?? false,
      clusters: jobs.map(({ cluster }) => ({ name: cluster.name, nodes: cluster.nodes.map(({ name }) => name) })),
    })
    for (const text of inventory.warnings) reporter.report({ event: 'notice', text })
    const { exit } = await run(jobs, {
      run: id, check: flags.check ?? false, forks: flags.forks, reporter,
      lock: !flags.check && jobs.some(job => job.steps.some(({ role }) => role.name !== 'verify')),
      ssh: { configFile: flags.sshConfig, controlDirectory, becomePassword, abandon: interrupt.abandon },
      stop: interrupt.stop, abandon: interrupt.abandon,
      consent: { outage: flags.allowOutage ?? false, purge: flags.purge ?? false },
    })
    return exit
  } finally {
    interrupt.done()
    removeControlDirectory(controlDirectory)
    await reporter.close()
  }
}

/** Said before the run, not after it. @throws UsageError where no file can be written. */
function refuseUnwritable(file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK)
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as Error).message}`, { cause: error })
  }
}

function playsOf({ roles, playbook, playbookFile }: What): Play[] {
  const known = knownRoles()
  if (roles) {
    const unknown = roles.find(name => !known.includes(name))
    if (unknown !== undefined) {
      throw new UsageError(`there is no command and no role "${unknown}"`, { hint: didYouMean(unknown, [...known, 'site', 'play', 'lab'], 'Commands and roles') })
    }
    // Roles keep the order in which they build on each other, however they were typed.
    const order = readPlaybook(shipped('site'), known).flatMap(play => play.roles)
    return [{ name: roles.join(' '), hosts: 'all', roles: roles.toSorted((one, other) => order.indexOf(one) - order.indexOf(other)) }]
  }
  return readPlaybook(playbookFile ?? shipped(playbook!), known)
}

/** A playbook that comes with ha-run. */
function shipped(name: string): string {
  return fileURLToPath(new URL(`../../../playbooks/${name}.yml`, import.meta.url))
}

function wantsColor({ color }: RunFlags): boolean {
  return color && process.stdout.isTTY && process.env['NO_COLOR'] === undefined
}
