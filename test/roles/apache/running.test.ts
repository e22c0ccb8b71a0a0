import test from 'ava'
import { hashOf, shortHash, type Configuration } from '../../../roles/apache/configuration.js'
import { apacheRunsItsFiles } from '../../../roles/apache/running.js'
import { Skip, Warn } from '../../../runner/tasks/task.js'
import { TaskError } from '../../../runner/errors.js'
import { shellText, type Words } from '../../../runner/ssh/quote.js'
import { CommandError, processOutput } from '../../../runner/ssh/remote.js'
import { clusterOf, scopeOf, type Answers } from '../corosync/cluster.js'
import { stateOf } from '../verify/state.js'

const task = apacheRunsItsFiles(clusterOf({}, 3), [])

function apache(changedSince: string[] | undefined, files: [string, string][] = [['ports.conf', 'a']]): Configuration {
  return { files: new Map(files), load: changedSince && { id: '1:1', changedSince }, note: undefined }
}

const idle = apache(undefined)
const current = apache([])
const older = apache(['ports.conf'])

/** A cluster that runs Apache there, as a resource that is no clone or one that is. */
function scopeWith(configurations: Record<string, Configuration | undefined | 'down'>, where: string[], selected?: string[]) {
  const flags = { WebSite: { agent: 'ocf:heartbeat:apache' } }
  const state = stateOf({ resources: { WebSite: where, FloatIP: ['node1'] }, flags, nodes: Object.keys(configurations) })
  const members = Object.entries(configurations).map(([name, one]): [string, Answers | undefined] =>
    [name, one === 'down' ? undefined : { 'configuration of apache': one, 'crm_mon': state }])
  return scopeOf(Object.fromEntries(members), selected)
}

/** The same, where every command is written down, and those that match fail. */
function telling(scope: ReturnType<typeof scopeOf>, failing?: RegExp): string[] {
  const told: string[] = []
  for (const member of scope.members) {
    const run = async (text: string, nothrow: boolean) => {
      const line = `${member.name}: ${text.includes('kill -USR1') ? 'reload' : text}`
      told.push(line)
      const result = processOutput({ stdout: '', stderr: 'AH00526: Syntax error', exitCode: failing?.test(line) ? 1 : 0, timedOut: false })
      if (result.exitCode !== 0 && !nothrow) throw new CommandError(text, result, 'exit code 1')
      return result
    }
    const remote = (nothrow: boolean): object => Object.assign(
      (first: object, ...values: Words[]) => 'raw' in first ? run(shellText(first as TemplateStringsArray, values), nothrow) : remote('nothrow' in first),
      { script: (text: string) => run(text, nothrow) },
    )
    Object.defineProperty(member, '$', { value: remote(false) })
  }
  return told
}

test('where the cluster runs it nowhere there is nothing to look at', async t => {
  t.true(await task.check(scopeWith({ node1: idle, node2: idle }, [])) instanceof Skip)
  t.true(await task.check(scopeOf({ node1: { 'configuration of apache': undefined, 'crm_mon': undefined } })) instanceof Skip)
})

test('a node on which it does not run has nothing to reload', async t => {
  t.deepEqual(await task.check(scopeWith({ node1: current, node2: idle }, ['node1'])), [])
})

test('an older configuration is a difference of that node', async t => {
  t.deepEqual(await task.check(scopeWith({ node1: current, node2: older, node3: 'down' }, ['node1', 'node2'])), [{
    subject: 'configuration that apache runs with on node2', from: 'as before ports.conf changed', to: shortHash(hashOf(older)),
    note: 'graceful reload: the process stays, and no request is lost',
  }])
})

test('a node that is not selected is not reloaded', async t => {
  t.true(await task.check(scopeWith({ node1: older, node2: idle }, ['node1'], ['node2'])) instanceof Skip)
  t.deepEqual(await task.check(scopeWith({ node1: older, node2: current }, ['node1', 'node2'], ['node2'])), [])
})

test('files that are not the same everywhere are a remark, and so is a process that cannot be found', async t => {
  const remark = async (...of: Parameters<typeof scopeWith>) => {
    const finding = await task.check(scopeWith(...of))
    return finding instanceof Warn ? finding.reason : finding
  }
  t.is(await remark({ node1: current, node2: apache(undefined, []) }, ['node1']), 'ports.conf in /etc/apache2 is not the same on node1 and on node2')
  t.is(await remark({ node1: idle, node2: idle }, ['node1']), 'what apache runs with on node1 cannot be told: /run/apache2/apache2.pid names no process of it')
})

const testOf = 'apache2ctl -DSTATUS -f /etc/apache2/apache2.conf -t'

test('every node is tested first, then one after the other is reloaded and looked at by the agent', async t => {
  const scope = scopeWith({ node1: older, node2: idle, node3: older }, ['node1', 'node3'])
  const told = telling(scope)
  t.deepEqual(await task.apply(scope, []), [])
  const check = 'crm_resource --force-check -r WebSite'
  t.deepEqual(told, [...['node1', 'node2', 'node3'].map(name => `${name}: ${testOf}`), 'node1: reload', `node1: ${check}`, 'node3: reload', `node3: ${check}`])
})

test('one configuration that is refused, and nothing is reloaded', async t => {
  const scope = scopeWith({ node1: older, node2: idle }, ['node1'])
  const told = telling(scope, /node2/)
  const error = await t.throwsAsync(async () => task.apply(scope, []), { instanceOf: TaskError, message: 'apache refuses its configuration on node2: nothing was reloaded anywhere' })
  t.is(error.output, 'node2: AH00526: Syntax error')
  t.deepEqual(told, [`node1: ${testOf}`, `node2: ${testOf}`])
})

test('a plan tells where a configuration would be refused', async t => {
  const scope = scopeWith({ node1: older, node2: idle, node3: 'down' }, ['node1'])
  const told = telling(scope, /node2/)
  t.deepEqual(await task.forecast!(scope, []), ['nothing would be reloaded: apache refuses its configuration on node2: AH00526: Syntax error'])
  t.is(told.length, 2)
})

test('a monitor that fails afterwards is an error, and the next node keeps what it has', async t => {
  const scope = scopeWith({ node1: older, node2: older }, ['node1', 'node2'])
  const told = telling(scope, /force-check/)
  await t.throwsAsync(async () => task.apply(scope, []), { instanceOf: TaskError, message: 'WebSite does not pass its monitor on node1 after the reload' })
  t.false(told.includes('node2: reload'))
})

test('a node that is down hinders nobody, and is told', async t => {
  t.true(task.tolerant)
  const scope = scopeWith({ node1: older, node2: 'down' }, ['node1'])
  telling(scope)
  t.deepEqual(await task.apply(scope, []), ['the configuration of node2 was not tested: it is unreachable'])
})

test('where apache ends over its configuration, the cluster is told to look at once', async t => {
  const scope = scopeWith({ node1: older, node2: older }, ['node1', 'node2'])
  const told = telling(scope, /reload/)
  const error = await t.throwsAsync(async () => task.apply(scope, []), { instanceOf: TaskError, message: /^apache on node1 did not take its configuration/ })
  t.is(error.output, 'AH00526: Syntax error')
  t.deepEqual(told.slice(2), ['node1: reload', 'node1: crm_resource --refresh -r WebSite -N node1'])
})
