import { $ } from 'zx/core'
import { main } from '../built-cluster.js'
import { roundsOf } from '../drills/site.js'
import { statusIn, summaryOf, tasksOf, troubles, withStatus, type Result, type SharedLab } from '../site-harness.js'

const push = 'resources and constraints'
const effectsOf = (result: Result) => tasksOf(result).flatMap(({ effects }) => effects ?? [])
const differencesOf = (result: Result) =>
  tasksOf(result)
    .flatMap(({ diff }) => diff ?? [])
    .map(({ subject }) => subject)
    .toSorted()
const epochs = `cibadmin -Q | head -n 1 | grep -o ' \\(admin_epoch\\|epoch\\)="[0-9]*"'`

/** A primary with the address and what depends on it, on a cluster that serves. */
const declared = {
  resource_defaults: { 'resource-stickiness': 1, 'migration-threshold': 3, 'failure-timeout': '10min' },
  resources: {
    DB: { agent: 'ocf:pacemaker:Stateful', clone: { promotable: true, notify: true } },
    Cache: { agent: 'ocf:pacemaker:Dummy' },
    Log: { agent: 'ocf:pacemaker:Dummy' },
  },
  constraints: {
    location: {
      'Primary-on-node1': { resource: 'DB', role: 'Promoted', node: 'node1', score: 50 },
      connected: { resource: 'Cache', rule: 'defined lost and lost gt 0', score: '-INFINITY' },
    },
    colocation: { 'FloatIP-with-DB': { resource: 'FloatIP', with: 'DB', 'with-rsc-role': 'Promoted' } },
    order: {
      'DB-before-FloatIP': { first: 'DB', 'first-action': 'promote', then: 'FloatIP' },
      all: { set: ['FloatIP', ['Cache', 'Log']] },
    },
  },
}

/** Promotable clones, and names that nobody knows. */
export function promotableChanges({ site, onLab }: SharedLab): void {
  const inventory = async () => site.inventory('promotable.yml', cluster => Object.assign(cluster, declared))
  const primary = async () =>
    statusIn(await site.run(['status'], { inventory: await inventory() })).resources.find(({ id }) => id === 'DB')
      ?.promoted

  onLab('names that neither Pacemaker nor an agent knows are refused before the first change', async t => {
    const before = await site.on('node1', epochs)
    const wrong = await site.inventory('wrong-names.yml', cluster => {
      cluster['properties'] = { 'batch-limt': 5, 'cluster-recheck-interval': '7min' }
      cluster['resources'] = {
        WebSite: { params: { confgfile: '/etc/apache2/apache2.conf' }, meta: { 'migration-treshold': 3 } },
        Disk: { agent: 'ocf:heartbeat:Filesystem', params: { device: '/dev/null', fstype: 'ext4' } },
      }
    })
    const run = await site.run(['site'], { inventory: wrong })
    t.is(run.exitCode, 1, troubles(run))
    const refusal = run.events.flatMap(event => (event.event === 'error' ? event.error.message : [])).join()
    for (const expected of [
      /Pacemaker has no property "batch-limt" in "[^"]*wrong-names.yml" \(\d+:\d+\)[^]*-\^[^]*Did you mean "batch-limit"/,
      /Pacemaker has no meta attribute "migration-treshold"[^]*Did you mean "migration-threshold"/,
      /ocf:heartbeat:apache has no parameter "confgfile"[^]*Did you mean "configfile"/,
      /Disk needs the parameter "directory": ocf:heartbeat:Filesystem requires it/,
    ])
      t.regex(refusal, expected)
    t.deepEqual(tasksOf(run), [])
    t.is(await site.on('node1', epochs), before)
  })

  onLab('a promotable clone is promoted, in sync, verified, drilled, rolled back, repaired and imported', async t => {
    const own = await inventory()
    const built = await site.run(['site'], { inventory: own })
    t.is(built.exitCode, 0, troubles(built))
    t.true(
      effectsOf(built).some(effect => /DB (was )?promoted on node[12].*: as forecast$/.test(effect)),
      effectsOf(built).join(),
    )
    t.deepEqual(await primary(), ['node1'])
    t.like(summaryOf(await site.run(['site'], { inventory: own })), { changed: 0, exit: 0 })

    const drill = await site.run(['drill', '--yes'], { inventory: own })
    t.is(drill.exitCode, 0, troubles(drill))
    t.deepEqual(
      roundsOf(drill).map(({ moved_to: to, promotions }) => ({ to, promotions })),
      [{ to: 'node2', promotions: [{ resource: 'DB', from: 'node1', to: 'node2' }] }],
    )

    const back = await site.run(['rollback'], { inventory: own })
    t.is(back.exitCode, 0, troubles(back))
    t.notRegex(await site.on('node1', 'cibadmin -Q -o configuration'), /Stateful|FloatIP-with-DB|resource_set/)
    const again = await site.run(['rollback'], { inventory: own })
    t.is(again.exitCode, 0, troubles(again))

    await site.on(
      'node1',
      `crm_resource -r DB-clone --meta -p notify -v false
cibadmin --delete --force --xpath '//rsc_location[@id="Primary-on-node1"]'; cibadmin --delete --force --xpath '//op[@role="Promoted" or @role="Master"]'`,
    )
    const repaired = await site.run(['site'], { inventory: own })
    t.is(repaired.exitCode, 0, troubles(repaired))
    t.true(withStatus(repaired, 'changed').includes(`constraints: ${push}`))
    for (const subject of ['DB op monitor 10s', 'DB-clone meta notify', 'location Primary-on-node1'])
      t.true(differencesOf(repaired).includes(subject), differencesOf(repaired).join())
    t.is((await primary())?.length, 1)

    const imported = await $({ quiet: true })`${process.execPath} ${main} import node1 -F ${site.lab.sshConfig}`
    for (const line of [
      /clone DB-clone: DB \(ocf:pacemaker:Stateful;(?=.* 10s Promoted)(?=.* 11s Unpromoted).* meta promotable=true notify=true/,
      /location connected: rsc=Cache, rule -INFINITY: defined lost and lost gt 0/,
      /colocation FloatIP-with-DB: .*with-rsc=DB-clone .*with-rsc-role=/,
      /order all: .*FloatIP.*\( Cache Log \)/,
    ])
      t.regex(imported.stdout, line)
    t.is((await site.run(['site'])).exitCode, 0)
  })
}
