import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'
import { knownRoles } from '../../runner/cli/load-roles.js'
import { planRun, type RunTarget } from '../../runner/cli/plan-run.js'
import { loadUserRoles } from '../../runner/cli/user-roles.js'
import { InventoryError } from '../../runner/errors.js'

/** The examples, as ha-run reads them before it connects to a node. Their labs: test/end-to-end/matrix/examples.test.ts. */

/** The tasks of an example's own roles on its first node. */
async function tasksOf(example: string, target: RunTarget, ...more: string[]): Promise<string[]> {
  const plan = planRun(target, knownRoles(), { inventory: [`examples/${example}/inventory`, ...more] })
  const { ofSteps } = await loadUserRoles(plan)
  const { cluster, steps } = plan.jobs[0]!
  return [
    ...steps
      .flatMap(step => ofSteps.get(step)?.tasks({ cluster, node: cluster.nodes[0]! }) ?? [])
      .map(({ name }) => name),
    ...plan.inventory.warnings,
  ]
}

test('dns', async t => {
  t.deepEqual(await tasksOf('dns', { playbook: 'site' }), [
    'install dnsmasq',
    'dnsmasq is disabled in systemd',
    'write /etc/dnsmasq.d/home.conf',
    'dnsmasq runs with its configuration',
    'write /usr/local/lib/dns-alert',
  ])
})

test('nginx: every file of the page is one task', async t => {
  t.deepEqual(await tasksOf('nginx', { playbook: 'site' }), [
    'install nginx',
    'write /var/www/site/index.html',
    'write /var/www/site/style.css',
    'write /etc/nginx/sites-available/default',
    'nginx is disabled and with its files loaded in systemd',
  ])
})

test('postgresql: nothing is written before foreign data was looked for', async t => {
  const tasks = await tasksOf('postgresql', { playbook: 'site' })
  t.deepEqual(tasks.slice(0, 4), [
    'write /etc/postgresql-common/createcluster.d/ha-run.conf',
    'install postgresql-15',
    'postgresql is disabled in systemd',
    'no other database is in the way',
  ])
  t.true(tasks.includes('every node has a copy of the database'))
  t.deepEqual((await tasksOf('postgresql', { playbookFile: 'examples/postgresql/playbooks/rejoin.yml' })).slice(0, 1), [
    'every node follows the primary again',
  ])
})

test('postgresql: a short password is refused at its place, and not shown', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-example-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'more.yml')
  writeFileSync(file, 'all: {children: {database: {vars: {postgresql_replication_password: tiny}}}}\n')
  const error = await t.throwsAsync(tasksOf('postgresql', { playbook: 'site' }, file), { instanceOf: InventoryError })
  t.regex(error?.message ?? '', /expected at least 8 printable characters of ASCII in ".*more\.yml" \(1:/)
})

test('the roles have the types of the module ha-run', t => {
  const { stdout, status } = spawnSync(resolve('node_modules/.bin/tsc'), ['-p', 'examples'], { encoding: 'utf8' })
  t.is(stdout, '')
  t.is(status, 0)
})
