import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { UsageError } from '../errors.js'
import type { ConfirmedRunFlags, FenceFlags, ImportFlags, RunFlags, StatusFlags } from './flags.js'
import { useLab } from './lab-access.js'
import { defaultWaitSeconds, parseSeconds, parseWait, positiveInteger } from '../option-values.js'
import { findUserRoles, projectFolders } from '../user-roles/find.js'
import type { RunRequest } from './run-command.js'
import type { TestRoleFlags } from './test-role.js'

/** The roles that the help names, in the order of the tutorial. */
const roleNames = ['network', 'corosync', 'authkey', 'pacemaker', 'fencing', 'apache', 'constraints'] as const

const examples = `
Examples:
  ha-run site                       build, repair and verify every cluster in inventory/
  ha-run site --check --diff        show what would change; change nothing
  ha-run corosync authkey -l node2  run two roles on one node
  ha-run verify                     check links, membership, quorum and placement
  ha-run drill --fault stop         stop a node, measure the outage, restore the node
  ha-run fence node2                power node2 off and on by its fencing device
  ha-run status --watch             show the status of the clusters every 2 s
  ha-run import node1 > site.yml    print the inventory of a running cluster
  ha-run lab up                     start two disposable Debian nodes on this machine

Exit codes: 0 converged or in sync, 1 wrong use, 2 failed, 3 drift (--check), 4 unreachable, 5 locked by another run,
            70 defect of ha-run, 130 interrupted`

/** The roles of the user's beside the default inventory. */
function userRolesHelp(): string {
  const roles = [...findUserRoles(projectFolders({ inventory: ['inventory/'] }))]
  return roles.length === 0
    ? ''
    : `\nRoles of this project:\n${roles.map(([name, file]) => `  ${name}  (${relative('', file)})`).join('\n')}\n`
}

/** The whole command line. The code of a command is loaded when the command runs, so that --help is fast. */
export function commandLine(): Command {
  const program = new Command('ha-run')
    .description('Turns bare Debian machines into a verified Corosync and Pacemaker cluster, over plain SSH.')
    .usage('<command> [options]   or   ha-run <role...> [options]')
    .argument('[roles...]', `roles to run: ${roleNames.join(' ')}`)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', () => userRolesHelp() + examples)
    .version(version(), '--version', 'print the version')
    .hook('preSubcommand', passOptionsOn)
    .hook('preSubcommand', addRoleOptions)
    .hook('preAction', async (_, command) => useLab(command))
  withRunOptions(program).action(async (roles: string[], flags: RunFlags) => {
    if (roles.length === 0)
      throw new UsageError('no command or role given', {
        hint: '`ha-run site` converges everything; `ha-run --help` lists the commands',
      })
    await run({ roles }, flags)
  })
  withRunOptions(program.command('site'))
    .description('converge all clusters, then verify them')
    .action(async (flags: RunFlags) => run({ playbook: 'site' }, flags))
  withRunOptions(program.command('verify'))
    .description('check all assertions; change nothing')
    .action(async (flags: RunFlags) => run({ roles: ['verify'] }, flags))
  withRunOptions(program.command('drill'))
    .description('make a node fail, measure the outage, restore the node')
    .option('--yes', 'do not ask for confirmation')
    .action(async (flags: ConfirmedRunFlags) => {
      const { drill } = await import('./drill.js')
      process.exitCode = await drill(flags, process.argv.slice(2))
    })
  withRunOptions(program.command('fence'))
    .description('power a node off and on by its fencing device, and wait until it is back')
    .argument('<node>', 'node to fence')
    .option('--yes', 'do not ask for confirmation')
    .action(async (node: string, flags: FenceFlags) => {
      const { fence } = await import('./fence.js')
      process.exitCode = await fence(node, flags, process.argv.slice(2))
    })
  withRunOptions(program.command('rotate-key'))
    .description('replace the authkey while the cluster runs, then verify')
    .action(async (flags: RunFlags) => run({ roles: ['rotate-key', 'verify'] }, flags))
  withRunOptions(program.command('rollback'))
    .description('restore the CIB as it was before the last change by ha-run')
    .action(async (flags: RunFlags) => run({ roles: ['rollback'] }, flags))
  withRunOptions(program.command('play'))
    .description('run another playbook')
    .argument('<file>', 'YAML list of {name, hosts, roles}')
    .action(async (file: string, flags: RunFlags) => run({ playbookFile: file }, flags))
  withReachOptions(program.command('status'))
    .description('show nodes, links, quorum, resources and the floating IP; change nothing')
    .option('--watch', 'refresh every 2 s, until Ctrl-C')
    .option('--json', 'write JSON Lines to stdout, and nothing else')
    .option('-v, --verbose', 'also show the whole CIB configuration')
    .option('--no-color', 'do not colour the output')
    .action(async (flags: StatusFlags) => {
      const { status } = await import('./status.js')
      process.exitCode = await status(flags)
    })
  withSshOptions(program.command('import'))
    .addOption(
      new Option('--lab <name>', 'use the ssh configuration of this lab, instead of -F').conflicts('sshConfig'),
    )
    .description('read a running cluster over ssh and print its inventory (YAML); change nothing')
    .argument('<nodes...>', 'members to read, as ssh takes them: node1, admin@node1, an address; one is enough')
    .option('-v, --verbose', 'show stack traces')
    .option('-q, --quiet', 'show errors only')
    .option('--no-color', 'do not colour the output')
    .action(async (nodes: string[], flags: ImportFlags) => {
      const { importCluster } = await import('./import.js')
      process.exitCode = await importCluster(nodes, flags)
    })
  program
    .command('report')
    .description('make the HTML page of a run from its --json output')
    .argument('<file>', 'output of a run with --json')
    .option('-o, --output <page>', 'page to write (default: <file> with .html in place of .jsonl)')
    .option('-v, --verbose', 'show stack traces')
    .option('--no-color', 'do not colour the output')
    .action(async (file: string, { output }: { output?: string }) => {
      const { writeReport } = await import('./report.js')
      await writeReport(file, output)
    })
  program
    .command('new')
    .description('write a new role, with cases for its test')
    .argument('<what>', 'what to write: role')
    .argument('<name>', "the role's name")
    .option('-v, --verbose', 'show stack traces')
    .option('--no-color', 'do not colour the output')
    .action(async (what: string, name: string) => {
      if (what !== 'role') throw new UsageError(`expected "role", got "${what}"`, { hint: '`ha-run new role NAME`' })
      const { newRole } = await import('./new-role.js')
      newRole(name)
    })
  program
    .command('test')
    .description('test a role of yours by its cases, which are data: no node is needed')
    .argument('<role>', 'folder of the role, such as roles/motd')
    .option('--lab', 'then apply it to a cluster on a lab of its own: two disposable Debian nodes', false)
    .option('--yes', 'with --lab: install missing Debian packages on this machine', false)
    .option('-v, --verbose', 'show stack traces')
    .option('--no-color', 'do not colour the output')
    .action(async (folder: string, flags: TestRoleFlags) => {
      const { testRole } = await import('./test-role.js')
      process.exitCode = await testRole(folder, flags)
    })
  program
    .command('lab')
    .description('manage disposable clusters of real Debian nodes on this machine')
    .helpOption(false)
    .argument('[args...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { labCommand } = await import('../lab/command.js')
      await throwingErrors(labCommand(line => process.stderr.write(`${line}\n`))).parseAsync(args, { from: 'user' })
    })
  return throwingErrors(program)
}

/**
 * Gives a command the options that stand before its name: `ha-run --check site` must never be a run that changes things.
 *
 * @throws UsageError for an option that the command does not have.
 */
function passOptionsOn(program: Command, command: Command): void {
  for (const option of program.options) {
    const name = option.attributeName()
    if (program.getOptionValueSource(name) !== 'cli') continue
    if (!command.options.some(own => own.attributeName() === name)) {
      throw new UsageError(`${command.name()} has no option ${option.long}`, {
        hint: `\`ha-run ${command.name()} --help\` lists the options`,
      })
    }
    command.setOptionValueWithSource(name, program.getOptionValue(name), 'cli')
  }
}

/** The roles that know the options of a command of the same name. Each is loaded for its command alone. */
const rolesWithOptions = ['drill', 'fence']

async function addRoleOptions(_program: Command, command: Command): Promise<void> {
  if (!rolesWithOptions.includes(command.name())) return
  const { loadRoleModule } = await import('./load-roles.js')
  const { options } = await loadRoleModule(command.name())
  for (const option of options?.() ?? []) command.addOption(option)
}

async function run(request: RunRequest, flags: RunFlags): Promise<void> {
  const { runCommand } = await import('./run-command.js')
  process.exitCode = await runCommand(request, flags, process.argv.slice(2))
}

/** Options that select nodes, and that configure how ssh reaches them. */
function withReachOptions(command: Command): Command {
  return withSshOptions(
    command
      .addOption(
        new Option('-i, --inventory <path>', 'inventory file or directory (repeatable)')
          .argParser(appendedAnew())
          .default(['inventory/'], '"inventory/"'),
      )
      .addOption(
        new Option(
          '--lab <name>',
          'use the inventory and the ssh configuration of this lab, instead of -i and -F',
        ).conflicts(['inventory', 'sshConfig']),
      )
      .option('-l, --limit <pattern>', "work on these nodes only: names, globs, groups, 'web:!node2'")
      .option(
        '--vault-password-file <file>',
        'decrypt ansible-vault values with the password in this file (repeatable)',
        appended,
      )
      .option(
        '--vault-id <label@file>',
        'the same for values with that label; LABEL@prompt asks (repeatable)',
        appended,
      )
      .option('--ask-vault-pass', 'ask for the password of ansible-vault values')
      .option('-f, --forks <n>', 'work on at most so many nodes at the same time', positiveInteger, 20),
  )
}

/** The values of an option that can be repeated. */
function appended(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

/** As `appended`, without what was set before: a default, or the values before the command's name. */
function appendedAnew(): (value: string) => string[] {
  let values: string[] | undefined
  return value => (values = appended(value, values))
}

function withSshOptions(command: Command): Command {
  return command
    .option('-F, --ssh-config <file>', 'configuration file for ssh, instead of its default ones')
    .option('--ask-become-pass', 'ask for the sudo password')
}

function withRunOptions(command: Command): Command {
  return withReachOptions(command)
    .option('--check', 'plan only: check everything, change nothing')
    .option('--diff', 'show both values of every difference')
    .option('--allow-outage', 'stop the service if a change cannot be made without an outage')
    .option('--purge', 'remove from the CIB what the inventory does not declare')
    .option('--adopt', 'take over a running cluster that ha-run did not build, without changing how it runs')
    .option(
      '--stable <seconds>',
      'require assertions to hold for so long (default: 5 for verify and after a change, otherwise 0)',
      parseSeconds,
    )
    .addOption(
      new Option(
        '--wait [time]',
        `wait for a run that works on the cluster, at most this long (default: ${defaultWaitSeconds / 60}min)`,
      ).argParser(parseWait),
    )
    .option('--json', 'write JSON Lines to stdout, and nothing else')
    .option('--junit <file>', 'write the results as JUnit XML')
    .option('--report <file>', 'write an HTML page: changes, assertions, the status of the clusters')
    .option('-v, --verbose', 'show every task, and stack traces')
    .option('-q, --quiet', 'show failures and the final table only')
    .option('--no-color', 'do not colour the output')
}

/** Makes commander throw UsageErrors, instead of printing its own errors and exiting. */
function throwingErrors(command: Command): Command {
  command.configureOutput({ outputError: () => {} }).exitOverride(error => {
    if (error.exitCode === 0) throw error
    throw new UsageError(error.message.replace(/^error: /, ''), {
      hint: '`ha-run --help` lists commands and options',
      cause: error,
    })
  })
  for (const child of command.commands) throwingErrors(child)
  return command
}

/** Whether commander threw this after it printed the help or the version. */
export function isLeaving(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0
}

function version(): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package's own file
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
