import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { InterruptedError } from '../errors.js'
import { down } from './down.js'
import { exec } from './exec.js'
import { boot, cutCable, freezeNode, healCable, powerKill, thawNode } from './faults.js'
import { requireHost } from './host.js'
import { likenesses } from './likenesses.js'
import type { LabNode } from './names.js'
import { plugConditions, setPlugCondition, type PlugCondition } from './plugs.js'
import { requireNode, requirePlug } from './state.js'
import { readStatus, type NodeStatus } from './status.js'
import { up, usage } from './up.js'

const faults: { name: string; summary: string; done: string; act: (node: LabNode) => Promise<void> }[] = [
  { name: 'kill', summary: "cut a node's power", done: 'has no power', act: powerKill },
  { name: 'boot', summary: 'start a node that has no power', done: 'is up', act: boot },
  { name: 'freeze', summary: 'freeze all processes of a node', done: 'is frozen', act: freezeNode },
  { name: 'thaw', summary: 'resume a frozen node', done: 'is resumed', act: thawNode },
  { name: 'cut', summary: "pull a node's network cable", done: 'has its cable pulled', act: cutCable },
  { name: 'heal', summary: "plug a node's network cable in again", done: 'has its cable plugged in', act: healCable },
]

/** The Debian releases that have the packages of a cluster. */
const releases = ['bullseye', 'bookworm', 'trixie']

interface UpArguments {
  name: string
  release?: string
  like?: string
  plugs: boolean
  arbiter: boolean
  ipv6: boolean
  yes: boolean
}

/** `ha-run lab` with its subcommands. */
export function labCommand(report: (line: string) => void): Command {
  const lab = new Command('ha-run lab')
    .description('run disposable Debian nodes on this machine')
    .enablePositionalOptions()

  named(lab.command('up'))
    .description('start a lab')
    .argument('[count]', 'number of nodes', wholeNumber, 2)
    .addOption(
      new Option('--release <name>', "Debian release of the nodes (default: this machine's own)").choices(releases),
    )
    .addOption(
      new Option('--like <machine>', 'nodes like a fresh Raspberry Pi: its release, network manager and users')
        .choices(likenesses.map(({ name }) => name))
        .conflicts('release'),
    )
    .option('--plugs', 'every node hangs on a power plug, which the inventory declares as its fencing device', false)
    .option('--arbiter', 'one more machine, which the inventory declares as the quorum device', false)
    .addOption(
      new Option('--ipv6', 'the machines have IPv6 addresses alone').default(false).conflicts(['plugs', 'like']),
    )
    .option('--yes', 'install missing Debian packages on this machine', false)
    .action(async (count: number, { name, release, like, plugs, arbiter, ipv6, yes }: UpArguments) => {
      const started = performance.now()
      const made = await interruptibly(signal =>
        up({
          name,
          count,
          plugs,
          arbiter,
          ipv6,
          yes,
          report,
          signal,
          ...(release !== undefined && { release }),
          ...(like !== undefined && { like }),
        }),
      )
      const addresses = [...made.machines, ...made.plugs].map(({ name, address }) => `${name} ${address}`)
      report(`lab ${name} is up after ${seconds(started)} s: ${addresses.join(', ')}`)
      for (const line of usage(made)) report(`  ${line}`)
    })

  named(lab.command('down'))
    .description('remove a lab and everything that belongs to it')
    .action(async ({ name }: { name: string }) => {
      await down({ name, report })
    })

  lab
    .command('status')
    .description('show the labs on this machine and the state of their nodes')
    .option('--name <name>', 'only this lab')
    .action(async ({ name }: { name?: string }) => {
      await requireHost()
      const { labs, broken } = await readStatus(name)
      if (labs.length + broken.length === 0) report(name === undefined ? 'no lab is up' : `lab ${name} is not up`)
      for (const { name: each, dir, machines, plugsRun } of labs) {
        report(`lab ${each} in ${dir}`)
        for (const node of machines) report(`  ${nodeLine(node)}`)
        if (plugsRun === false) report('  its plugs do not answer: their process has ended')
      }
      for (const each of broken) report(`lab ${each} is incomplete: ha-run lab down --name ${each} removes it`)
    })

  named(lab.command('exec'))
    .description('run a command as root in a node; exits with its exit code')
    .usage('[options] <node> -- <command...>')
    .argument('<node>')
    .argument('<command...>')
    .passThroughOptions()
    .action(async (node: string, argv: string[], { name }: { name: string }) => {
      await requireHost()
      // Commander stops at the node's name and passes the `--` that follows on.
      const command = argv[0] === '--' ? argv.slice(1) : argv
      const output = await exec(await requireNode(name, node), command, { output: 'inherit' })
      // A command that a signal has terminated has no exit code; shells use 128 and the signal's number.
      process.exitCode = output.exitCode ?? 128
    })

  for (const { name: verb, summary, done, act } of faults) {
    named(lab.command(verb))
      .description(summary)
      .argument('<node>')
      .action(async (node: string, { name }: { name: string }) => {
        await requireHost()
        await act(await requireNode(name, node))
        report(`${node} ${done}`)
      })
  }

  named(lab.command('plug'))
    .description("make a node's power plug fail, or work again")
    .argument('<node>')
    .addArgument(
      new Argument('<condition>', 'stuck: answers as if its relay moved; wrong-password: accepts another one').choices(
        plugConditions,
      ),
    )
    .option('--delay <seconds>', 'time that a slow plug takes for each answer', wholeNumber, 10)
    .action(async (node: string, condition: PlugCondition, { name, delay }: { name: string; delay: number }) => {
      await requireHost()
      await setPlugCondition(await requirePlug(name, node), condition, delay)
      report(`the plug of ${node} ${condition === 'works' ? 'works' : `is made to fail: ${condition}`}`)
    })
  return lab
}

function named(command: Command): Command {
  return command.option('--name <name>', "the lab's name", 'demo')
}

function nodeLine({ name, address, state, plugged, plug }: NodeStatus): string {
  const power = plug === undefined ? '' : `, ${plug.plug.name} ${plug.plug.address} ${plug.isOn ? 'on' : 'off'}`
  const trouble = plug === undefined || plug.condition === 'works' ? '' : ` (${plug.condition})`
  return `${name.padEnd(7)} ${address.padEnd(13)} ${state}${plugged ? '' : ', cable pulled'}${power}${trouble}`
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)

/** Ctrl-C and SIGTERM abort the work, which cleans up. */
async function interruptibly<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = () => controller.abort(new InterruptedError('interrupted; nothing of the lab is left'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}
