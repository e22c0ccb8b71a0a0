import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { $ } from 'zx/core'
import type { MachineEvent } from '../../runner/engine/events.js'
import { blockPages } from '../docs/block-pages.js'
import { writePageFiles } from '../docs/page-files.js'
import { vaultValue } from '../inventory/vault-text.js'
import { labSite, summaryOf, tasksOf, troubles, withStatus, type Result } from './site-harness.js'
import { patience } from './patience.js'

/**
 * What a newcomer does who has docs/roles.md and the package, and no clone: installs it into an empty folder without a network, copies
 * the files of the page, and works on bare machines. One more machine belongs to no cluster.
 */
const { site, onLab } = labSite('own-roles', 2, undefined, { arbiter: true })

const folder = mkdtempSync(join(tmpdir(), 'ha-run-newcomer-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the installed command in the folder. */
async function haRun(...args: string[]): Promise<Result> {
  const quiet = { quiet: true, nothrow: true, timeout: `${patience}s`, cwd: folder, input: '' } as const
  const { exitCode, stdout, stderr } = await $(quiet)`node_modules/.bin/ha-run ${args}`
  const lines = args.includes('--json') ? stdout.trim().split('\n') : []
  return { exitCode, stdout, stderr, events: lines.map(line => JSON.parse(line) as MachineEvent) }
}
const run = async (...args: string[]) => haRun(...args, '-F', site.lab.sshConfig, '--json')

onLab('from an empty folder to a cluster that serves by nginx', async t => {
  const quiet = $({ quiet: true, timeout: `${patience}s` })
  await quiet`npm pack --silent --pack-destination ${folder}`
  const [tarball = ''] = readdirSync(folder)
  await quiet({ cwd: folder })`npm install --silent --offline --no-audit --no-fund ${join(folder, tarball)}`
  writePageFiles('docs/roles.md', folder)
  const cases = await haRun('test', 'roles/nginx')
  t.is(cases.exitCode, 0, cases.stdout + cases.stderr)
  const built = await run('site', '--stable', '0')
  t.is(built.exitCode, 0, troubles(built))
  const probe = built.events.find(event => event.event === 'assertion' && event.task.includes('site'))
  t.is(probe?.event === 'assertion' ? probe.status : undefined, 'ok')
  const again = await run('site', '--check')
  t.deepEqual([again.exitCode, withStatus(again, 'would-change', 'unknown')], [0, []], troubles(again))
})

onLab('drift is shown and repaired, and the running nginx reloads without a restart', async t => {
  const active = (await site.on('node1', 'crm_resource --locate -r Nginx 2>/dev/null')).includes('node1')
    ? 'node1'
    : 'node2'
  const mainPid = async () => site.on(active, 'systemctl show -P MainPID nginx')
  const before = await mainPid()
  await site.onAll("sed -i 's/worker_processes 2/worker_processes 1/' /etc/nginx/nginx.conf")
  await site.on(active, 'systemctl reload nginx')
  const plan = await run('nginx', '--check', '--diff')
  t.is(plan.exitCode, 3, troubles(plan))
  const conf = ['node1', 'node2'].map(node => `${node} nginx: write /etc/nginx/nginx.conf`)
  t.deepEqual(withStatus(plan, 'would-change'), conf)
  const repaired = await run('nginx')
  t.is(repaired.exitCode, 0, troubles(repaired))
  t.deepEqual(
    withStatus(repaired, 'changed').toSorted(),
    [...conf, `${active} nginx: nginx is disabled and with its files loaded in systemd`].toSorted(),
  )
  t.is(await mainPid(), before)
  await site.come(active, `[ "$(pgrep -c -P ${before.trim()})" = 2 ]`)
  // A configuration that nginx would refuse is not written.
  const index = join(folder, 'roles/nginx/index.ts')
  const role = readFileSync(index, 'utf8')
  writeFileSync(index, role.replace('events {}', 'event {}'))
  const refused = await run('nginx')
  writeFileSync(index, role)
  t.is(refused.exitCode, 2)
  t.regex(troubles(refused), /unknown directive \\"event\\"/)
  t.deepEqual([(await run('nginx', '--check')).exitCode, await mainPid()], [0, before])
})

onLab('a role is kept out by a lock, hides what a vault has, and is in the report', async t => {
  const word = 'CANARY-of-the-vault'
  writeFileSync(join(folder, 'password'), 'the vault password\n')
  await mkdir(join(folder, 'inventory/group_vars'))
  writeFileSync(join(folder, 'inventory/group_vars/web.yml'), `token: ${vaultValue(word, 'the vault password', 2)}\n`)
  await mkdir(join(folder, 'roles/token'))
  writeFileSync(
    join(folder, 'roles/token/index.ts'),
    `import { file, role, z } from 'ha-run'
export default role('token', { vars: z.object({ token: z.string() }) }, ({ vars }) => [
  file('/etc/token', { content: \`token=\${vars.token}\\n\`, mode: '0600' }),
])`,
  )
  const report = join(folder, 'report.html')
  const vault = ['--vault-password-file', 'password']
  const plan = await haRun('token', '--check', '--diff', '--report', report, '-F', site.lab.sshConfig, ...vault)
  t.is(plan.exitCode, 3, plan.stderr)
  t.regex(plan.stdout, /\+token=/)
  t.regex(readFileSync(report, 'utf8'), /write \/etc\/token/)
  t.notRegex(plan.stdout + plan.stderr + readFileSync(report, 'utf8'), /CANARY/)
  await site.on(
    'node2',
    `systemd-run -q --unit=holder flock /run/lock/ha-run.pacemaker1 sh -c 'echo somebody@elsewhere >/run/lock/ha-run.pacemaker1; sleep 300'`,
  )
  await site.come('node2', 'grep -q elsewhere /run/lock/ha-run.pacemaker1')
  const locked = await run('token', ...vault)
  await site.on('node2', 'systemctl stop holder')
  t.deepEqual([locked.exitCode, tasksOf(locked)], [5, []])
  t.regex(troubles(locked), /locked on node2 by another run: somebody@elsewhere/)
  const applied = await run('token', ...vault)
  t.is(applied.exitCode, 0, troubles(applied))
  t.notRegex(applied.stdout, /CANARY/)
  t.deepEqual(await site.onAll('cat /etc/token'), [`token=${word}\n`, `token=${word}\n`])
})

onLab('a machine that belongs to no cluster is worked on by itself', async t => {
  writeFileSync(
    join(folder, 'inventory/arbiter.yml'),
    'all: { children: { backup: { hosts: { arbiter: { ansible_host: 192.168.0.99 } } } } }\n',
  )
  const vault = ['--vault-password-file', 'password']
  await site.on(
    'arbiter',
    `systemd-run -q --unit=holder flock /run/lock/ha-run.@host sh -c 'echo somebody@elsewhere >/run/lock/ha-run.@host; sleep 300'`,
  )
  await site.come('arbiter', 'grep -q elsewhere /run/lock/ha-run.@host')
  const locked = await run('motd', ...vault)
  await site.on('arbiter', 'systemctl stop holder')
  t.is(locked.exitCode, 5)
  // The nodes are not kept waiting for it.
  t.deepEqual(
    withStatus(locked, 'changed'),
    ['node1', 'node2'].map(node => `${node} motd: write /etc/motd`),
  )
  writeFileSync(join(folder, 'backup.yml'), '- { name: Backup, hosts: backup, roles: [motd] }\n')
  const plan = await run('play', 'backup.yml', '--check', '--diff', ...vault)
  t.deepEqual([plan.exitCode, withStatus(plan, 'would-change')], [3, ['arbiter motd: write /etc/motd']])
  const played = await run('play', 'backup.yml', ...vault)
  t.deepEqual(
    [played.exitCode, withStatus(played, 'changed')],
    [0, ['arbiter motd: write /etc/motd']],
    troubles(played),
  )
  t.is(await site.on('arbiter', 'cat /etc/motd'), 'arbiter, no node of a cluster\n')
  const all = await run('motd', '--forks', '1', ...vault)
  t.deepEqual([all.exitCode, summaryOf(all).ok, summaryOf(all).changed], [0, 3, 0], troubles(all))
  writeFileSync(join(folder, 'backup.yml'), '- { name: Backup, hosts: backup, roles: [nginx] }\n')
  const refused = await run('play', 'backup.yml', ...vault)
  t.is(refused.exitCode, 1)
  t.regex(troubles(refused), /role nginx is for nodes of clusters, and arbiter belongs to no cluster/)
})

onLab("resources of a role's own are the role's alone", async t => {
  await mkdir(join(folder, 'roles/extra'))
  const role = (objects: string) =>
    writeFileSync(
      join(folder, 'roles/extra/index.ts'),
      `import { cibObjects, role } from 'ha-run'\nexport default role('extra', ({ cluster }) => [cibObjects('extra', { cluster, ${objects} })])`,
    )
  const vault = ['--vault-password-file', 'password']
  const push = 'extra: resources and constraints of extra'
  role(`resources: { Extra: { agent: 'ocf:pacemaker:Dummy', params: { opsleep: 1 } } }`)
  const misspelt = await run('extra', '--check', ...vault)
  t.deepEqual([misspelt.exitCode, withStatus(misspelt, 'failed')], [2, [push]])
  t.regex(troubles(misspelt), /resources\.Extra\.params\.opsleep: .*op_sleep/)
  role(
    `resources: { Extra: { agent: 'ocf:pacemaker:Dummy' } },
     constraints: { colocation: { 'Extra-with-FloatIP': { resource: 'Extra', with: 'FloatIP' } } }`,
  )
  const plan = await run('extra', '--check', ...vault)
  t.deepEqual([plan.exitCode, withStatus(plan, 'would-change')], [3, [push]], troubles(plan))
  t.regex(JSON.stringify(tasksOf(plan).map(({ effects }) => effects)), /Extra/)
  const added = await run('extra', ...vault)
  t.deepEqual([added.exitCode, withStatus(added, 'changed')], [0, [push]], troubles(added))
  const together = async () =>
    site.on('node1', "crm_resource -W -r Extra 2>&1 | sed 's/.*: //'; crm_resource -W -r FloatIP 2>&1 | sed 's/.*: //'")
  const [extra, address] = (await together()).split('\n')
  t.is(extra, address)
  // Neither the inventory's own role nor --purge takes them away, and verify is content with them.
  const site1 = await run('constraints', 'verify', '--purge', '--stable', '0', ...vault)
  t.deepEqual([site1.exitCode, withStatus(site1, 'changed', 'warning')], [0, []], troubles(site1))
  await site.on('node1', 'cibadmin --delete --xpath \'//rsc_colocation[@id="Extra-with-FloatIP"]\'')
  const repaired = await run('extra', ...vault)
  t.deepEqual([repaired.exitCode, withStatus(repaired, 'changed')], [0, [push]], troubles(repaired))
  role('')
  const removed = await run('extra', ...vault)
  t.deepEqual([removed.exitCode, withStatus(removed, 'changed')], [0, [push]], troubles(removed))
  t.is(await site.on('node1', 'cibadmin -Q | grep -c "Extra\\|ha-run.role" || true'), '0\n')
})

onLab('the examples of the blocks for clusters', async t => {
  const vault = ['--vault-password-file', 'password']
  const pages = blockPages().filter(({ page }) => ['assertion.md', 'cib-objects.md'].includes(page))
  for (const { role, code } of pages) {
    await mkdir(join(folder, 'roles', role))
    writeFileSync(join(folder, 'roles', role, 'index.ts'), code)
  }
  const roles = pages.map(({ role }) => role)
  const answers = async () =>
    (await site.on('node1', 'curl -s -m 2 http://192.168.0.10/ || true')).includes('served by')
  t.true(await answers())
  const applied = await run(...roles, ...vault)
  t.is(applied.exitCode, 0, troubles(applied))
  t.deepEqual(withStatus(applied, 'changed'), ['gateway: resources and constraints of gateway'])
  const space = applied.events.find(event => event.event === 'assertion')
  t.is(space?.event === 'assertion' ? space.status : undefined, 'ok')
  await site.come('node1', 'crm_attribute -q -G -t status -N node1 -n pingd | grep -qx 1')
  t.true(await answers())
  const again = await run(...roles, '--check', ...vault)
  t.deepEqual([again.exitCode, withStatus(again, 'would-change')], [0, []], troubles(again))
  const { role, code } = pages.find(({ page }) => page === 'cib-objects.md')!
  writeFileSync(
    join(folder, 'roles', role, 'index.ts'),
    code.replace(/^    (resources|constraints): .*?^    },?$/gms, ''),
  )
  const removed = await run(role, ...vault)
  t.is(removed.exitCode, 0, troubles(removed))
  t.is(await site.on('node1', 'cibadmin -Q | grep -c "Gateway\\|ha-run.role" || true'), '0\n')
})

onLab('a drill measures the outage by the probe of the page', async t => {
  const drill = await run('drill', '--fault', 'standby', '--yes', '--stable', '0', '--vault-password-file', 'password')
  t.is(drill.exitCode, 0, troubles(drill))
  const round = drill.events.find(event => event.event === 'drill-round')
  t.is(round?.event === 'drill-round' ? round.probe : undefined, 'site')
})

onLab('a role that takes the place of ours is tested on a lab of its own, which is taken down again', async t => {
  await mkdir(join(folder, 'roles/apache'))
  writeFileSync(
    join(folder, 'roles/apache/index.ts'),
    `import { file, role, z } from 'ha-run'
export default role('apache', { vars: z.object({ motd: z.string() }) }, ({ vars }) => [file('/etc/motd', { content: vars.motd })])`,
  )
  writeFileSync(join(folder, 'roles/apache/lab.yml'), 'all: { vars: { motd: of the lab } }\n')
  const tested = await haRun('test', 'roles/apache', '--lab', '--yes')
  t.is(tested.exitCode, 0, tested.stdout + tested.stderr)
  t.regex(tested.stderr, /the plan of apache[^]*applying apache[^]*apache again: nothing is left to do[^]*the cluster/)
  t.regex(tested.stdout, /\+of the lab/)
  t.false(existsSync('/var/lib/ha-run/lab/labs/test-apache'))
})
