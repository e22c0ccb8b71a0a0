import test from 'ava'
import { hashOf, shortHash, type Configuration } from '../../../roles/apache/configuration.js'
import { apacheRunsItsConfiguration } from '../../../roles/apache/running.js'
import { Skip, Warn } from '../../../runner/tasks/task.js'
import { TaskError } from '../../../runner/errors.js'
import { shellText, type Arguments } from '../../../runner/ssh/quote.js'
import { CommandError, processOutput } from '../../../runner/ssh/outcome.js'
import { clusterOf, scopeOf, type Answers } from '../corosync/cluster.js'
import { stateOf } from '../verify/state.js'

const task = apacheRunsItsConfiguration(clusterOf({}, 3), [])

function apache(changedSince: string[] | undefined, files: [string, string][] = [['ports.conf', 'a']]): Configuration {
  return { files: new Map(files), load: changedSince && { id: '1:1', changedSince }, note: undefined }
}

const idle = apache(undefined)
const current = apache([])
const outdated = apache(['ports.conf'])

/** A cluster that runs Apache on the nodes in `where`. */
function scopeWith(
  configurations: Record<string, Configuration | undefined | 'down'>,
  where: string[],
  selected?: string[],
) {
  const flags = { WebSite: { agent: 'ocf:heartbeat:apache' } }
  const state = stateOf({
    resources: { WebSite: where, FloatIP: ['node1'] },
    flags,
    nodes: Object.keys(configurations),
  })
  const members = Object.entries(configurations).map(([name, one]): [string, Answers | undefined] => [
    name,
    one === 'down' ? undefined : { 'configuration of apache': one, crm_mon: state },
  ])
  return scopeOf(Object.fromEntries(members), selected)
}

/** Records every command that is sent to the members; those that match `failing` fail. */
function recordCommands(scope: ReturnType<typeof scopeOf>, failing?: RegExp): string[] {
  const commands: string[] = []
  for (const member of scope.members) {
    const run = async (text: string, nothrow: boolean) => {
      const line = `${member.name}: ${text.includes('kill -USR1') ? 'reload' : text}`
      commands.push(line)
      const result = processOutput({
        stdout: '',
        stderr: 'AH00526: Syntax error',
        exitCode: failing?.test(line) ? 1 : 0,
        timedOut: false,
      })
      if (result.exitCode !== 0 && !nothrow) throw new CommandError(text, result, 'exit code 1')
      return result
    }
    const remote = (nothrow: boolean): object =>
      Object.assign(
        (first: object, ...values: Arguments[]) =>
          'raw' in first ? run(shellText(first as TemplateStringsArray, values), nothrow) : remote('nothrow' in first),
        { script: (text: string) => run(text, nothrow) },
      )
    Object.defineProperty(member, '$', { value: remote(false) })
  }
  return commands
}

test('skipped if the cluster runs Apache on no node', async t => {
  t.true((await task.check(scopeWith({ node1: idle, node2: idle }, []))) instanceof Skip)
  t.true(
    (await task.check(scopeOf({ node1: { 'configuration of apache': undefined, crm_mon: undefined } }))) instanceof
      Skip,
  )
})

test('a node on which Apache does not run needs no reload', async t => {
  t.deepEqual(await task.check(scopeWith({ node1: current, node2: idle }, ['node1'])), [])
})

test('an outdated configuration is a difference of that node', async t => {
  t.deepEqual(await task.check(scopeWith({ node1: current, node2: outdated, node3: 'down' }, ['node1', 'node2'])), [
    {
      subject: 'configuration that apache has loaded on node2',
      from: 'as before ports.conf changed',
      to: shortHash(hashOf(outdated)),
      note: 'graceful reload: the process stays, and no request is lost',
    },
  ])
})

test('a node that is not selected is not reloaded', async t => {
  t.true((await task.check(scopeWith({ node1: outdated, node2: idle }, ['node1'], ['node2']))) instanceof Skip)
  t.deepEqual(await task.check(scopeWith({ node1: outdated, node2: current }, ['node1', 'node2'], ['node2'])), [])
})

test('a warning for files that differ between nodes, and for a process that is not found', async t => {
  const remark = async (...of: Parameters<typeof scopeWith>) => {
    const finding = await task.check(scopeWith(...of))
    return finding instanceof Warn ? finding.reason : finding
  }
  t.is(
    await remark({ node1: current, node2: apache(undefined, []) }, ['node1']),
    'ports.conf in /etc/apache2 differs between node1 and node2',
  )
  t.is(
    await remark({ node1: idle, node2: idle }, ['node1']),
    'what apache has loaded on node1 is not known: /run/apache2/apache2.pid does not name an apache2 process',
  )
})

const configtest = 'apache2ctl -DSTATUS -f /etc/apache2/apache2.conf -t'

test('all nodes are tested first; then one after the other is reloaded and checked by the agent', async t => {
  const scope = scopeWith({ node1: outdated, node2: idle, node3: outdated }, ['node1', 'node3'])
  const commands = recordCommands(scope)
  t.deepEqual(await task.apply(scope, []), [])
  const check = 'crm_resource --force-check -r WebSite'
  t.deepEqual(commands, [
    ...['node1', 'node2', 'node3'].map(name => `${name}: ${configtest}`),
    'node1: reload',
    `node1: ${check}`,
    'node3: reload',
    `node3: ${check}`,
  ])
})

test('if one node rejects its configuration, none is reloaded', async t => {
  const scope = scopeWith({ node1: outdated, node2: idle }, ['node1'])
  const commands = recordCommands(scope, /node2/)
  const error = await t.throwsAsync(async () => task.apply(scope, []), {
    instanceOf: TaskError,
    message: 'apache rejects its configuration on node2: nothing was reloaded on any node',
  })
  t.is(error.output, 'node2: AH00526: Syntax error')
  t.deepEqual(commands, [`node1: ${configtest}`, `node2: ${configtest}`])
})

test('a plan forecasts a rejected configuration', async t => {
  const scope = scopeWith({ node1: outdated, node2: idle, node3: 'down' }, ['node1'])
  const commands = recordCommands(scope, /node2/)
  t.deepEqual(await task.forecast!(scope, []), [
    'nothing would be reloaded: apache rejects its configuration on node2: AH00526: Syntax error',
  ])
  t.is(commands.length, 2)
})

test('if a monitor fails after a reload, the next node is not reloaded', async t => {
  const scope = scopeWith({ node1: outdated, node2: outdated }, ['node1', 'node2'])
  const commands = recordCommands(scope, /force-check/)
  await t.throwsAsync(async () => task.apply(scope, []), {
    instanceOf: TaskError,
    message: 'WebSite does not pass its monitor on node1 after the reload',
  })
  t.false(commands.includes('node2: reload'))
})

test('an unreachable node prevents nothing, and is reported', async t => {
  t.true(task.tolerant)
  const scope = scopeWith({ node1: outdated, node2: 'down' }, ['node1'])
  recordCommands(scope)
  t.deepEqual(await task.apply(scope, []), ['the configuration of node2 was not tested: it is unreachable'])
})

test('if Apache exits over its configuration, Pacemaker is asked to check its resource', async t => {
  const scope = scopeWith({ node1: outdated, node2: outdated }, ['node1', 'node2'])
  const commands = recordCommands(scope, /reload/)
  const error = await t.throwsAsync(async () => task.apply(scope, []), {
    instanceOf: TaskError,
    message: /^apache on node1 did not load its configuration/,
  })
  t.is(error.output, 'AH00526: Syntax error')
  t.deepEqual(commands.slice(2), ['node1: reload', 'node1: crm_resource --refresh -r WebSite -N node1'])
})
