import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { load } from 'js-yaml'
import PQueue from 'p-queue'
import { fencePlug } from '../../../runner/cluster/fencing/fence-plug.js'
import { parseFenceAgent, hostArgument } from '../../../runner/cluster/fencing/agent-metadata.js'
import { SmartPlug, type PlugOptions } from './smart-plug.js'

const shells = [['dash'], ['busybox', 'sh']]

const folder = mkdtempSync(join(tmpdir(), 'fence-plug-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** More at once would make requests time out on a slow machine. */
const queue = new PQueue({ concurrency: 4 })

interface Options {
  args?: string[]
  path?: string | undefined
  script?: string
}

/** The agent with shorter times. */
function script(totalSeconds: number): string {
  const times = ['connect_seconds=1', 'request_seconds=1', `total_seconds=${totalSeconds}`, 'pause_seconds=0.3']
  const path = join(folder, `fence_plug-${totalSeconds}`)
  writeFileSync(
    path,
    times.reduce((text, line) => text.replace(new RegExp(`^${line.split('=')[0]}=.*$`, 'm'), line), fencePlug.text),
  )
  return path
}
const usual = script(30)
const hasty = script(3)

/** Runs the agent as Pacemaker does. */
function agent(shell: string[], lines: string[], options: Options = {}) {
  return queue.add(() => run(shell, lines, options))
}

async function run(shell: string[], lines: string[], { args = [], path = process.env.PATH, script = usual }: Options) {
  const child = spawn(shell[0]!, [...shell.slice(1), script, ...args], {
    env: { ...process.env, PATH: path },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()))
  child.stdin.end(lines.map(line => `${line}\n`).join(''))
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, ...output }
}

interface Case {
  name: string
  plug: PlugOptions
  /** Beside `ip`, `ipport` and `type`. */
  input: string[]
  code: number
  stdout?: string
  /** The port is written as PORT. */
  stderr?: string
  /** The relays when the agent has ended. */
  relays?: boolean[]
  requests?: string[]
}

const cases = load(
  readFileSync(new URL('../../../../test/cases/fencing/fence-plug.yml', import.meta.url), 'utf8'),
) as Case[]

for (const shell of shells)
  for (const each of cases)
    test(`${shell.join(' ')}: ${each.name}`, async t => {
      const plug = new SmartPlug(each.plug)
      t.teardown(() => plug.close())
      const port = await plug.listen()
      const given = each.input.some(line => line.startsWith('type=')) ? [] : [`type=${each.plug.type}`]
      const result = await agent(shell, ['ip=127.0.0.1', `ipport=${port}`, ...given, ...each.input])
      t.is(
        result.stderr.replaceAll(String(port), 'PORT'),
        each.stderr === undefined ? '' : `fence_plug: ${each.stderr}\n`,
      )
      t.is(result.stdout, each.stdout === undefined ? '' : `${each.stdout}\n`)
      t.is(result.code, each.code)
      if (each.relays) t.deepEqual(plug.relays, each.relays)
      if (each.requests) t.deepEqual(plug.requests, each.requests)
    })

for (const shell of shells) {
  for (const plugOptions of [
    { type: 'shelly1' },
    { type: 'shelly2' },
    { type: 'tasmota' },
    { type: 'tasmota', isOld: true },
  ] satisfies PlugOptions[])
    test(`${shell.join(' ')}: ${plugOptions.type}${'isOld' in plugOptions ? ', old' : ''}: after a reboot power stays off for a while and returns by itself`, async t => {
      const plug = new SmartPlug({ ...plugOptions, secondMs: 200 })
      t.teardown(() => plug.close())
      const port = await plug.listen()
      const lines = ['action=reboot', 'ip=127.0.0.1', `port=${port}`, `type=${plugOptions.type}`]
      t.is((await agent(shell, lines)).code, 0)
      while (plug.offSeconds[0] === undefined) await sleep(50)
      t.true(plug.offSeconds[0] >= 9.9, `off for ${plug.offSeconds[0]} s`)
    })

  test(`${shell.join(' ')}: nobody else sees the password`, async t => {
    const plug = new SmartPlug({ type: 'shelly2', password: 'open "sesame" \\o/' })
    t.teardown(() => plug.close())
    const port = await plug.listen()
    // A curl that writes down how it was called.
    const spy = mkdtempSync(join(folder, 'spy-'))
    writeFileSync(
      join(spy, 'curl'),
      `#!/bin/sh\n{ echo "$@"; env; } >>${join(spy, 'seen')}\nPATH=\${PATH#*:}\nexec curl "$@"\n`,
    )
    chmodSync(join(spy, 'curl'), 0o755)
    const lines = ['action=off', 'ip=127.0.0.1', `port=${port}`, 'type=shelly2', 'password=open "sesame" \\o/']
    const result = await agent(shell, lines, { path: `${spy}:${process.env.PATH}` })
    t.is(result.code, 0)
    t.deepEqual(plug.relays, [false])
    const seen = readFileSync(join(spy, 'seen'), 'utf8')
    t.regex(seen, /^-q -K -$/m)
    t.notRegex(seen + result.stdout + result.stderr, /sesame/)
  })

  test(`${shell.join(' ')}: a plug that never answers`, async t => {
    const plug = new SmartPlug({ type: 'shelly2', isSilent: true })
    t.teardown(() => plug.close())
    const port = await plug.listen()
    for (const action of ['monitor', 'off']) {
      const { code, stderr } = await agent(shell, [`action=${action}`, 'ip=127.0.0.1', `port=${port}`, 'type=shelly2'])
      t.is(code, 1)
      t.is(stderr, `fence_plug: no answer from 127.0.0.1:${port} in time\n`)
    }
    // Each waits for 5 s, of the 20 s that Pacemaker gives a monitor, and the 60 s of fencing.
    t.deepEqual(
      plug.requests.map(request => request.split('?')[0]),
      ['/rpc/Switch.GetStatus', '/rpc/Switch.GetStatus', '/rpc/Switch.Set', '/rpc/Switch.Set', '/rpc/Switch.Set'],
    )
  })

  test(`${shell.join(' ')}: it gives up in time`, async t => {
    const plug = new SmartPlug({ type: 'shelly2', isStuck: true })
    t.teardown(() => plug.close())
    const lines = ['action=off', 'ip=127.0.0.1', `port=${await plug.listen()}`, 'type=shelly2']
    const { code, stderr } = await agent(shell, lines, { script: hasty })
    t.is(code, 1)
    t.regex(stderr, /(is still on|is too slow)\n$/)
    // Without a limit, it would be 12 requests.
    t.true(plug.requests.length < 12, `${plug.requests.length}`)
  })

  test(`${shell.join(' ')}: parameters as options`, async t => {
    const plug = new SmartPlug({ type: 'shelly1' })
    t.teardown(() => plug.close())
    const port = await plug.listen()
    const result = await agent(shell, [], {
      args: ['-o', 'status', '--ip=127.0.0.1', '--ipport', String(port), '--type=shelly1'],
    })
    t.is(result.stdout, 'Status: on\n')
  })

  test(`${shell.join(' ')}: the metadata`, async t => {
    const { code, stdout } = await agent(shell, ['action=metadata'])
    t.is(code, 0)
    const described = parseFenceAgent('fence_plug', stdout)
    t.deepEqual(
      described.parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
      ['ip', 'type'],
    )
    t.deepEqual(
      described.parameters.filter(({ isSecret }) => isSecret).map(({ name }) => name),
      ['password'],
    )
    // With a parameter `port`, Pacemaker would pass the node's name in it.
    t.is(hostArgument(described), 'plug')
  })
}
