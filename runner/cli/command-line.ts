import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { UsageError } from '../errors.js'
import { daemons, hows, plainDrill } from '../cluster/drill.js'
import type { DrillFlags, ImportFlags, RunFlags, StatusFlags } from './flags.js'
import { useLab } from './lab-access.js'

/** The roles that can be named on the command line, in the order in which the tutorial takes them. */
const roleNames = ['network', 'corosync', 'authkey', 'pacemaker', 'apache', 'constraints'] as const

const examples = `
Examples:
  ha-run site                       build, mend and verify everything in inventory/
  ha-run site --check --diff        what would change, and how; changes nothing
  ha-run corosync authkey -l node2  only these roles, only there
  ha-run verify                     prove ring, membership, quorum and placement
  ha-run drill --how stop           a measured failover, and back
  ha-run status --watch             how the cluster is, again and again; changes nothing
  ha-run import node1 > site.yml    print the inventory of a cluster that runs; changes nothing
  ha-run lab up                     two disposable Debian nodes on this machine

Exit codes: 0 converged or in sync, 1 wrong use, 2 failed, 3 drift (--check), 4 unreachable, 5 locked, 70 defect of ha-run,
            130 interrupted`

/** The whole command line. What a command needs is loaded when it runs, so that --help is quick. */
export function commandLine(): Command {
  const program = new Command('ha-run')
    .description('Bare Debian machines to a verified Corosync + Pacemaker cluster, over plain SSH.')
    .usage('<command> [options]   or   ha-run <role...> [options]')
    .argument('[roles...]', `roles to run: ${roleNames.join(' ')}`)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .helpCommand('help [command]', 'display help for a command')
    .addHelpText('after', examples)
    .version(version(), '--version', 'print the version')
    .hook('preSubcommand', handOn)
    .hook('preAction', async (_, command) => useLab(command))
  withRunOptions(program).action(async (roles: string[], flags: RunFlags) => {
    if (roles.length === 0) throw new UsageError('what should be done?', { hint: '`ha-run site` converges everything; `ha-run --help` shows the rest' })
    await converge({ roles }, flags)
  })
  withRunOptions(program.command('site')).description('converge everything, then verify')
    .action(async (flags: RunFlags) => converge({ playbook: 'site' }, flags))
  withRunOptions(program.command('verify')).description('assertions only')
    .action(async (flags: RunFlags) => converge({ roles: ['verify'] }, flags))
  withDrillOptions(withRunOptions(program.command('drill'))).description('a measured failover, and back')
    .action(async (flags: DrillFlags) => drill(flags))
  withRunOptions(program.command('rotate-key')).description('a new key for the ring while it runs, then verify')
    .action(async (flags: RunFlags) => converge({ roles: ['rotate-key', 'verify'] }, flags))
  withRunOptions(program.command('rollback')).description('the CIB as it was before the last change that ha-run made')
    .action(async (flags: RunFlags) => converge({ roles: ['rollback'] }, flags))
  withRunOptions(program.command('play')).description('another playbook').argument('<file>', 'a list of {name, hosts, roles}')
    .action(async (file: string, flags: RunFlags) => converge({ playbookFile: file }, flags))
  withReachOptions(program.command('status')).description('nodes, links, quorum, resources, and where the floating IP is')
    .option('--watch', 'look again every 2 s, until Ctrl-C')
    .option('--json', 'JSON Lines on stdout, nothing else')
    .option('-v, --verbose', 'show the whole configuration too')
    .option('--no-color', 'plain text')
    .action(async (flags: StatusFlags) => {
      const { status } = await import('./status.js')
      process.exitCode = await status(flags)
    })
  withSshOptions(program.command('import'))
    .addOption(new Option('--lab <name>', 'use the ssh configuration of this lab, instead of -F').conflicts('sshConfig'))
    .description('read a running cluster over ssh and print its inventory (YAML); change nothing')
    .argument('<nodes...>', 'members to read, as ssh takes them: node1, admin@node1, an address; one is enough')
    .option('-v, --verbose', 'show stack traces')
    .option('-q, --quiet', 'show errors only')
    .option('--no-color', 'plain text')
    .action(async (nodes: string[], flags: ImportFlags) => {
      const { importCluster } = await import('./import.js')
      process.exitCode = await importCluster(nodes, flags)
    })
  program.command('lab').description('a disposable cluster of real Debian nodes on this machine')
    .helpOption(false).argument('[words...]').allowUnknownOption().passThroughOptions()
    .action(async (words: string[]) => {
      const { labCommand } = await import('../lab/command.js')
      await throwingErrors(labCommand(line => process.stderr.write(`${line}\n`))).parseAsync(words, { from: 'user' })
    })
  return throwingErrors(program)
}

/**
 * Options count before the command as well as after it: `ha-run --check site` must never be a run that changes things.
 *
 * @throws UsageError for one that the command does not have.
 */
function handOn(program: Command, command: Command): void {
  for (const option of program.options) {
    const name = option.attributeName()
    if (program.getOptionValueSource(name) !== 'cli') continue
    if (!command.options.some(own => own.attributeName() === name)) {
      throw new UsageError(`${command.name()} has no option ${option.long}`, { hint: `\`ha-run ${command.name()} --help\` shows what there is` })
    }
    command.setOptionValueWithSource(name, program.getOptionValue(name), 'cli')
  }
}

function version(): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package's own file
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

async function converge(what: { roles?: string[]; playbook?: string; playbookFile?: string }, flags: RunFlags): Promise<void> {
  const { converge: run } = await import('./converge.js')
  process.exitCode = await run(what, flags, process.argv.slice(2))
}

async function drill(flags: DrillFlags): Promise<void> {
  const { drill: run } = await import('./drill.js')
  process.exitCode = await run(flags, process.argv.slice(2))
}

function withDrillOptions(command: Command): Command {
  return command
    .addOption(new Option('--how <way>', 'how the node fails').choices(hows).default(plainDrill.how))
    .option('--node <name>', 'which node; the one that has the floating IP, where nobody says')
    .option('--rounds <n>', 'how often', positiveInteger, plainDrill.rounds)
    .option('--max-outage <time>', 'fail where the page is away for longer: 5s, 500ms', duration)
    .addOption(new Option('--daemon <name>', 'what --how kill kills').choices(daemons).default(plainDrill.daemon))
    .option('--allow-split-brain', 'let both nodes have the floating IP for a while, where fencing does not prevent that')
    .option('--yes', 'do not ask')
}

/** Which nodes, and how they are reached. */
function withReachOptions(command: Command): Command {
  return withSshOptions(command
    .option('-i, --inventory <path>', 'inventory file or directory', 'inventory/')
    .addOption(new Option('--lab <name>', 'use the inventory and the ssh configuration of this lab, instead of -i and -F').conflicts(['inventory', 'sshConfig']))
    .option('-l, --limit <pattern>', "only these nodes: names, globs, groups, 'web:!node2'")
    .option('-f, --forks <n>', 'nodes worked on at the same time', positiveInteger, 20))
}

function withSshOptions(command: Command): Command {
  return command
    .option('-F, --ssh-config <file>', "ssh's own configuration file")
    .option('--ask-become-pass', 'ask for the password of sudo')
}

function withRunOptions(command: Command): Command {
  return withReachOptions(command)
    .option('--check', 'plan: look at everything, change nothing')
    .option('--diff', 'show differences in full')
    .option('--allow-outage', 'stop the service where a change cannot be made without')
    .option('--purge', 'remove from the CIB what the inventory does not declare')
    .option('--adopt', 'take over a running cluster that ha-run has not built, as it runs')
    .option('--stable <seconds>', 'how long all must hold: 5 for verify and after a change, else one look (0)', seconds)
    .option('--json', 'JSON Lines on stdout, nothing else')
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--report <file>', 'write the run as a page: what changed, what holds, and how the cluster is')
    .option('-v, --verbose', 'show every task, and stack traces')
    .option('-q, --quiet', 'show failures and the closing table only')
    .option('--no-color', 'plain text')
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected a number from 1 to 9999.')
  return Number(text)
}

function seconds(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('expected a number of seconds, from 0 to 9999.')
  return Number(text)
}

/** Milliseconds of `5s`, `1.5s`, `500ms` or `2min`. */
function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|min)$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('expected a time such as 5s or 500ms.')
  return Math.round(Number(number) * ({ ms: 1, s: 1000, min: 60_000 }[unit] ?? 1))
}

/** Makes commander throw its errors, as this tool's own, instead of printing them and leaving. */
function throwingErrors(command: Command): Command {
  command.configureOutput({ outputError: () => {} }).exitOverride(error => {
    if (error.exitCode === 0) throw error
    throw new UsageError(error.message.replace(/^error: /, ''), { hint: '`ha-run --help` shows what there is', cause: error })
  })
  for (const child of command.commands) throwingErrors(child)
  return command
}

/** Help and version are no errors, although commander leaves by one. */
export function isLeaving(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}
