import type { ExecutionContext } from 'ava'
import { $ } from 'zx/core'
import { main } from '../built-cluster.js'
import { troubles, withStatus, type LabSite, type Result } from '../site-harness.js'
import { samplingAddress } from './address-samples.js'
import { fingerprint, type Fingerprint } from './fingerprint.js'
import { patience } from '../patience.js'

/** What a run must leave as it was, whatever it prints: the address on one node all the while, and every file, process and id. */
async function leavesAlone(
  t: ExecutionContext,
  site: LabSite,
  before: Fingerprint,
  work: () => Promise<void>,
): Promise<void> {
  const samples = await samplingAddress(site, work)
  t.like(samples, { twiceMs: 0, noneMs: 0 }, JSON.stringify(samples))
  t.deepEqual(await fingerprint(site), before)
}

/** Everything that would change a cluster is refused, and says why. */
export async function refused(t: ExecutionContext, site: LabSite, inventory: string, why: RegExp): Promise<void> {
  await leavesAlone(t, site, await fingerprint(site), async () => {
    for (const words of [
      ['site'],
      ['network'],
      ['corosync', 'authkey'],
      ['pacemaker', 'apache', 'constraints'],
      ['rotate-key'],
      ['drill', '--yes'],
    ]) {
      const run = await site.run(words, { inventory })
      t.is(run.exitCode, 2, `${words.join(' ')}: ${troubles(run)}`)
      t.regex(troubles(run), why)
      t.deepEqual(withStatus(run, 'changed'), [])
    }
  })
}

/** It is planned and verified without adoption, adopted as it runs, in sync from then on, and started again where it is down. */
export async function adopted(t: ExecutionContext, site: LabSite, inventory: string): Promise<void> {
  const before = await fingerprint(site)
  const fine = (run: Result) => {
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(withStatus(run, 'changed', 'would-change', 'failed', 'unknown'), [])
  }
  await leavesAlone(t, site, before, async () => {
    fine(await site.run(['site', '--check'], { inventory }))
    fine(await site.run(['verify', '--stable', '0'], { inventory }))
    fine(await site.run(['site', '--check'], { inventory: await imported(site) }))
    fine(await site.run(['site', '--adopt'], { inventory }))
    fine(await site.run(['site'], { inventory }))
    const rotation = await site.run(['rotate-key'], { inventory })
    t.is(rotation.exitCode, 2)
    t.regex(troubles(rotation), /has not built/)
  })
  const [holding] = await site.onAll('ip -o -4 addr show to 192.168.0.10/32')
  const passive = holding === '' ? 'node1' : 'node2'
  await site.on(passive, 'systemctl stop corosync')
  const plan = await site.run(['site', '--check'], { inventory })
  t.is(plan.exitCode, 3, troubles(plan))
  t.deepEqual(withStatus(plan, 'would-change'), ['corosync: corosync runs what its files say'])
  const run = await site.run(['site'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(withStatus(run, 'changed'), [
    'corosync: corosync runs what its files say',
    'pacemaker: pacemaker runs, with a DC',
  ])
  const after = await fingerprint(site)
  for (const name of [
    'node ids',
    'sha256 of /etc/corosync/corosync.conf',
    'sha256 of /etc/corosync/authkey',
    'sha256 of /var/www/html/index.html',
  ]) {
    t.is(after[passive]![name], before[passive]![name], name)
  }
}

/** What is declared is repaired when it drifts, as in a cluster of ha-run's own; ids and files stay somebody else's. */
export async function repaired(t: ExecutionContext, site: LabSite, inventory: string): Promise<void> {
  const owning = await site.run(['site'], { inventory })
  t.is(owning.exitCode, 0, troubles(owning))
  t.deepEqual(withStatus(owning, 'changed'), ['constraints: resources and constraints'])
  const before = await fingerprint(site)
  await site.on(
    'node1',
    `set -e
crm -F configure delete FloatIP-before-WebSite
crm_resource -r FloatIP -p cidr_netmask -v 25
cibadmin --modify --xml-text '<op id="WebSite-stop-0s" timeout="7s"/>'`,
  )
  const plan = await site.run(['site', '--check'], { inventory })
  t.is(plan.exitCode, 3, troubles(plan))
  t.deepEqual(withStatus(plan, 'would-change'), ['constraints: resources and constraints'])
  const run = await site.run(['site'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
  const after = await fingerprint(site)
  for (const { name } of site.lab.nodes) {
    for (const key of [
      'node ids',
      'ring',
      'UDP ports of corosync',
      'MainPID of corosync',
      'sha256 of /etc/corosync/corosync.conf',
      'sha256 of /var/www/html/index.html',
    ])
      t.is(after[name]![key], before[name]![key], key)
  }
}

/** A declared setting is put into somebody else's corosync.conf, and taken up live; every other line stays. */
export async function changed(t: ExecutionContext, site: LabSite): Promise<void> {
  const inventory = await site.inventory('token.yml', cluster => {
    cluster['corosync'] = { token: 2000 }
  })
  const file = '/etc/corosync/corosync.conf'
  const [before, text] = [await fingerprint(site), await site.on('node1', `cat ${file}`)]
  const samples = await samplingAddress(site, async () => {
    const run = await site.run(['site'], { inventory })
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(withStatus(run, 'changed'), [`corosync: write ${file}`, 'corosync: corosync runs what its files say'])
  })
  t.like(samples, { twiceMs: 0, noneMs: 0 }, JSON.stringify(samples))
  const withoutToken = (conf: string) => conf.replace(/\n\s*token:.*/, '')
  for (const after of await site.onAll(`cat ${file}`)) {
    t.is(withoutToken(after), withoutToken(text))
    t.regex(after, /\n\s*token: 2000\n/)
  }
  t.deepEqual(await site.onAll('corosync-cmapctl -g totem.token | grep -c "= 2000$"'), ['1\n', '1\n'])
  t.deepEqual(await site.onAll(`cat /var/lib/ha-run/former${file}`), [text, text])
  const after = await fingerprint(site)
  const sameConf = Object.fromEntries(
    site.lab.nodes.map(({ name }) => [
      name,
      { ...after[name], [`sha256 of ${file}`]: before[name]![`sha256 of ${file}`] },
    ]),
  )
  t.deepEqual({ ...after, ...sameConf }, before)
  t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
}

/** A drill moves the service there and back, and is answered by a page of somebody's own. */
export async function drilled(t: ExecutionContext, site: LabSite, inventory: string): Promise<void> {
  const run = await site.run(['drill', '--yes'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(
    run.events.filter(({ event }) => event === 'drill-round').map(event => ('status' in event ? event.status : '')),
    ['ok'],
  )
}

/** The inventory that `ha-run import` prints, as a file. */
async function imported(site: LabSite): Promise<string> {
  const { exitCode, stdout, stderr } = await $({
    quiet: true,
    nothrow: true,
    timeout: `${patience}s`,
    stdio: ['ignore', 'pipe', 'pipe'],
  })`${process.execPath} ${main} import node1 node2 -F ${site.lab.sshConfig}`
  if (exitCode !== 0) throw new Error(`ha-run import: exit code ${exitCode}: ${stderr}`)
  return site.file('imported.yml', stdout)
}
