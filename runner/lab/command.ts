import { Command, InvalidArgumentError, Option } from 'commander'
import { InterruptedError } from '../errors.js'
import { down } from './down.js'
import { exec } from './exec.js'
import { boot, cutCable, freeze, healCable, powerKill, thaw } from './faults.js'
import { requireHost } from './host.js'
import type { LabNode } from './names.js'
import { requireNode } from './state.js'
import { status, type NodeStatus } from './status.js'
import { up, usage } from './up.js'

const faults: { name: string; summary: string; done: string; act: (node: LabNode) => Promise<void> }[] = [
  { name: 'kill', summary: 'take a node\'s power away', done: 'has no power', act: powerKill },
  { name: 'boot', summary: 'give a node power again', done: 'is up', act: boot },
  { name: 'freeze', summary: 'stop everything that runs in a node', done: 'is frozen', act: freeze },
  { name: 'thaw', summary: 'let a frozen node go on', done: 'goes on', act: thaw },
  { name: 'cut', summary: 'pull a node\'s network cable', done: 'has its cable pulled', act: cutCable },
  { name: 'heal', summary: 'plug a node\'s network cable in again', done: 'has its cable plugged in', act: healCable },
]

/** Debian's releases that have what a cluster needs. */
const releases = ['bullseye', 'bookworm', 'trixie']

/** `ha-run lab` with its subcommands. */
export function labCommand(say: (line: string) => void): Command {
  const lab = new Command('ha-run lab')
    .description('a disposable cluster of real Debian nodes on this machine')
    .enablePositionalOptions()

  named(lab.command('up'))
    .description('start a lab')
    .argument('[count]', 'number of nodes', wholeNumber, 2)
    .addOption(new Option('--release <name>', 'Debian release of the nodes (default: this machine\'s own)').choices(releases))
    .option('--yes', 'install the Debian packages that this machine lacks', false)
    .action(async (count: number, { name, release, yes }: { name: string; release?: string; yes: boolean }) => {
      const started = performance.now()
      const made = await interruptibly(signal => up({ name, count, yes, say, signal, ...release !== undefined && { release } }))
      const nodes = made.nodes.map(node => `${node.name} ${node.address}`)
      say(`lab ${name} is up after ${seconds(started)} s: ${nodes.join(', ')}`)
      for (const line of usage(made)) say(`  ${line}`)
    })

  named(lab.command('down'))
    .description('remove a lab and all it has left')
    .action(async ({ name }: { name: string }) => {
      await down({ name, say })
    })

  lab.command('status')
    .description('the labs on this machine and how their nodes are')
    .option('--name <name>', 'only this lab')
    .action(async ({ name }: { name?: string }) => {
      await requireHost()
      const { labs, broken } = await status(name)
      if (labs.length + broken.length === 0) say(name === undefined ? 'no lab is up' : `lab ${name} is not up`)
      for (const { name: each, dir, nodes } of labs) {
        say(`lab ${each} in ${dir}`)
        for (const node of nodes) say(`  ${nodeLine(node)}`)
      }
      for (const each of broken) say(`lab ${each} is half up: ha-run lab down --name ${each} removes it`)
    })

  named(lab.command('exec'))
    .description('run a command as root in a node; its exit code is ours')
    .usage('[options] <node> -- <command...>')
    .argument('<node>')
    .argument('<command...>')
    .passThroughOptions()
    .action(async (node: string, words: string[], { name }: { name: string }) => {
      await requireHost()
      // Commander stops at the node's name, and hands on the `--` that follows.
      const command = words[0] === '--' ? words.slice(1) : words
      const output = await exec(await requireNode(name, node), command, { output: 'inherit' })
      // A command that a signal has ended has no exit code; shells would say 128 and the signal's number.
      process.exitCode = output.exitCode ?? 128
    })

  for (const { name: verb, summary, done, act } of faults) {
    named(lab.command(verb))
      .description(summary)
      .argument('<node>')
      .action(async (node: string, { name }: { name: string }) => {
        await requireHost()
        await act(await requireNode(name, node))
        say(`${node} ${done}`)
      })
  }
  return lab
}

function named(command: Command): Command {
  return command.option('--name <name>', 'the lab\'s name', 'demo')
}

function nodeLine({ name, address, state, plugged }: NodeStatus): string {
  return `${name.padEnd(7)} ${address.padEnd(13)} ${state}${plugged ? '' : ', cable pulled'}`
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number.')
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)

/** Turns Ctrl-C into an end that cleans up after itself. */
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
