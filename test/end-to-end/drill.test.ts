import type { ExecutionContext } from 'ava'
import { DrillSite, roundsOf } from './drills/site.js'
import { leavesAllAsItWas } from './node-state.js'
import { labSite, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** What drills refuse, ask, repair and leave behind; drills/ tests what they measure. */
const { site, onLab } = labSite('drill', 2, { layout: 'single' })
const drills = new DrillSite(site)
const { inventory } = drills
const drill = async (...words: string[]) => drills.drill(...words)
const come = async (node: string, test: string) => site.come(node, test)
const holder = async () => drills.holder()
const nothingIsLeft = async (t: ExecutionContext) => drills.nothingIsLeft(t)
const reasons = (run: Result) =>
  tasksOf(run).map(({ status, reason, error }) => `${status}: ${error?.message ?? reason}`)

onLab('a cluster that serves', async t => {
  await drills.prepare()
  t.truthy(await holder())
})

const lose = `cibadmin --delete --force --xpath '//node_state[@uname="node1"]/transient_attributes'`

onLab('attributes that the CIB loses during a drill are written to it again', async t => {
  const node = await holder()
  const running = drill('--fault', 'standby')
  await come(node, 'cibadmin -Q | grep -q ha-run-drained')
  await site.on('node1', lose)
  const run = await running
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(tasksOf(run)[0]!.effects, ['the attributes of node1, lost from the CIB, were written to it again'])
})

onLab('a run writes lost attributes to the CIB again', async t => {
  await site.on('node1', lose)
  t.is((await site.run(['verify', '--stable', '0'], { inventory })).exitCode, 2)
  const run = await site.run(['site'], { inventory })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(withStatus(run, 'changed'), ['pacemaker: pacemaker runs, with a DC'])
  t.is((await site.run(['verify', '--stable', '0'], { inventory })).exitCode, 0)
})

onLab('an outage longer than allowed: exit code 2, and every round is reported', async t => {
  const run = await drill('--rounds', '2', '--max-outage', '100ms')
  t.is(run.exitCode, 2, troubles(run))
  const rounds = roundsOf(run)
  t.deepEqual(
    rounds.map(({ round, status }) => `${round} ${status}`),
    ['1 failed', '2 failed'],
  )
  t.deepEqual(
    rounds.map(({ node }) => node),
    [rounds[1]!.moved_to, rounds[0]!.moved_to],
    'the node that has the address then',
  )
  t.regex(rounds[0]!.reason!, /^the outage lasted \d+ ms, 100 ms are allowed$/)
  t.true(run.events.filter(event => event.event === 'assertion').length > 20, 'verified before and after')
  await nothingIsLeft(t)
})

onLab('a drill that must not be done is refused, and nothing is changed', async t => {
  const silent = await site.run(['drill'], { inventory })
  t.is(silent.exitCode, 1)
  t.regex(troubles(silent), /no terminal to ask on.*--yes/s)
  for (const fault of ['cut', 'freeze', 'kill']) {
    const refused = await drill('--fault', fault)
    t.is(refused.exitCode, 1)
    t.regex(troubles(refused), /with fencing disabled.*two nodes at once.*--allow-split-brain/s)
  }
  t.is((await drill('--node', 'node9')).exitCode, 1)

  const node = await holder()
  const other = node === 'node1' ? 'node2' : 'node1'
  const amid = async (set: string, unset: string, ...words: string[]) => {
    await site.on(other, set)
    try {
      return await drill(...words)
    } finally {
      await site.on(other, unset)
    }
  }
  const standby = await amid(
    `crm_attribute -N ${other} -n standby -l forever -v on`,
    `crm_attribute -N ${other} -n standby -l forever -D`,
  )
  t.is(standby.exitCode, 2, troubles(standby))
  t.regex(troubles(standby), new RegExp(`${node} is not drilled: ${other} is in standby; nothing was done`))

  const amiss = await amid('ip address add 192.168.0.10/32 dev lo', 'ip address del 192.168.0.10/32 dev lo')
  t.is(amiss.exitCode, 2)
  t.regex(reasons(amiss).join('\n'), /^skipped: \d failed before it: nothing was done to the cluster$/)

  const without = await amid(
    'mv /usr/sbin/nft /usr/sbin/nft.away',
    'mv /usr/sbin/nft.away /usr/sbin/nft',
    '--fault',
    'cut',
    '--allow-split-brain',
    '--node',
    other,
  )
  t.is(without.exitCode, 2)
  t.regex(troubles(without), /cut is not possible on node\d: nft is not installed/)
})

onLab('--check shows what a drill would do, and changes nothing', async t => {
  const plan = await leavesAllAsItWas(t, site, async () =>
    site.run(['drill', '--fault', 'stop', '--check'], { inventory }),
  )
  t.is(plan.exitCode, 0, troubles(plan))
  t.regex(
    reasons(plan)[0]!,
    /^skipped: it would be done: node\d has its Corosync stopped .*FloatIP moves node\d -> node\d/,
  )
})

onLab('on a terminal it asks for confirmation; without a yes nothing is done', async t => {
  const { exitCode, screen } = await site.terminal(['drill', '-i', inventory, '-F', site.lab.sshConfig], '\n', 'Go on?')
  t.is(exitCode, 0, screen)
  t.regex(
    screen,
    /is put in standby, a planned move[^]*the page is requested 25 times a second, through node\d[^]*Go on\? \[y\/N\]/,
  )
  t.regex(screen, /not confirmed: nothing was done/)
  t.regex(screen, /not drilled/)
})

onLab('Ctrl-D at the question declines', async t => {
  const { exitCode, screen } = await site.terminal(['drill', '-i', inventory, '-F', site.lab.sshConfig], '', 'Go on?')
  t.is(exitCode, 0, screen)
  t.regex(screen, /not confirmed: nothing was done/)
})

onLab('if the node refuses to reboot, the run does not wait for a boot', async t => {
  const node = await holder()
  await site.on(node, 'systemctl -q mask --runtime reboot.target')
  const run = await drill('--fault', 'reboot')
  await site.on(node, 'systemctl -q unmask --runtime reboot.target')
  t.is(run.exitCode, 2)
  t.regex(reasons(run)[0]!, /^failed: .*Reboot failed/)
  await nothingIsLeft(t)
})

onLab('Ctrl-C during a drill: the node is repaired, and the cluster is healthy before the run ends', async t => {
  const node = await holder()
  const run = await site.interrupted(['drill', '--yes', '--fault', 'stop'], inventory, [
    async () => come(node, 'systemctl is-active -q ha-run-drill-undo && ! systemctl is-active -q pacemaker'),
  ])
  t.is(run.exitCode, 130, troubles(run))
  await nothingIsLeft(t)
  t.is((await site.run(['verify'], { inventory })).exitCode, 0)
})

onLab('Ctrl-C twice: the node is repaired all the same', async t => {
  const node = await holder()
  const run = await site.interrupted(['drill', '--yes', '--fault', 'stop'], inventory, [
    async () => come(node, 'systemctl is-active -q ha-run-drill-undo && ! systemctl is-active -q pacemaker'),
    300,
  ])
  t.is(run.exitCode, 130, troubles(run))
  await come(node, 'crm_mon -1 2>/dev/null | grep -q "Online: \\[ node1 node2 \\]"')
  await nothingIsLeft(t)
})

for (const [fault, broken] of [
  ['standby', 'cibadmin -Q | grep -q ha-run-drained'],
  ['freeze', 'ps -eo stat,comm | grep -q "^T.*corosync"'],
]) {
  onLab(`ha-run is killed: the node itself undoes the ${fault}`, async t => {
    await come('node1', '[ "$(crm_mon -1 | grep -c Started)" = 2 ]')
    const node = await holder()
    await site.killed(
      ['drill', '--yes', '--fault', fault!, '--allow-split-brain'],
      inventory,
      async () => (await site.on(node, `${broken}; echo $?`)) === '0\n',
    )
    await come(node, '! systemctl is-active -q ha-run-drill-undo')
    await come(
      'node1',
      'crm_mon -1 | grep -q "Online: \\[ node1 node2 \\]" && [ "$(crm_mon -1 | grep -c Started)" = 2 ]',
    )
    await nothingIsLeft(t)
  })
}
