import { killedDaemons } from './layout/killed.js'
import { probing, type Probed } from './http-probe.js'
import { leavesAllAsItWas } from './node-state.js'
import { labSite, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** Apache on every node: the cluster is built so, moves its address, and changes to the other layout and back while it serves. */
const shared = labSite('layout', 2, { layout: 'cloned' })
const { site, onLab } = shared

const cloned = async () =>
  site.inventory('cloned.yml', cluster => {
    cluster['layout'] = 'cloned'
  })
const holder = async () => (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
const effectsOf = (result: Result) => tasksOf(result).flatMap(({ effects }) => effects ?? [])
const push = 'resources and constraints'
/** What `ha-run constraints` says will be, or was, made of the resources. */
const forecast = (result: Result) => tasksOf(result).find(({ task }) => task === push)?.effects

const runs = 'pgrep -cx apache2 >/dev/null && echo runs || echo idle'
const apaches = async () => Promise.all(site.lab.nodes.map(async ({ name }) => (await site.on(name, runs)).trim()))

/** The process that a node's Apache has, or nothing. */
const apache = async (node: string) => (await site.on(node, 'pgrep -o -x apache2 || :')).trim()
const otherThan = (node: string) => (node === 'node1' ? 'node2' : 'node1')

/** An admin empties the node that has the address, and takes it back. */
async function plannedMove(): Promise<Probed> {
  const from = await holder()
  return probing(site.lab.name, async () => {
    await site.on(
      from,
      `crm node standby ${from}
for i in $(seq 900); do crm_resource -W -r FloatIP -Q 2>/dev/null | grep -qvx ${from} && crm_mon -1 | grep -q 'FloatIP.*Started' && break; sleep 0.1; done; sleep 1; crm node online ${from}
for i in $(seq 900); do crm_mon -1 | grep -q 'Online: .*node1 node2' && break; sleep 0.1; done`,
    )
  })
}

onLab('bare nodes become a cluster with Apache on both, and a second run changes nothing', async t => {
  const inventory = await cloned()
  const run = site.building
  // In the order in which the nodes told of it.
  const [started = '', verdict] = forecast(run)![0]!.split(': ')
  t.deepEqual(
    [
      ...started
        .replace(/FloatIP started on node[12]/, 'FloatIP')
        .split(', ')
        .toSorted(),
      verdict,
    ],
    ['FloatIP', 'WebSite started on node1', 'WebSite started on node2', 'as forecast'],
  )
  t.deepEqual(await apaches(), ['runs', 'runs'])
  const again = await site.run(['site'], { inventory })
  t.is(again.exitCode, 0, troubles(again))
  t.deepEqual(
    tasksOf(again).filter(({ status }) => status !== 'ok'),
    [],
  )
  const page = again.events.find(
    event => event.event === 'assertion' && event.task === 'the page is served at the floating IP',
  )
  t.is(page && 'evidence' in page ? page.evidence : '', `200 from ${await holder()}`)
})

onLab('a planned move takes the address alone', async t => {
  const from = await holder()
  const before = await apache(otherThan(from))
  const probed = await plannedMove()
  t.is(await holder(), otherThan(from), 'the address stays where it is when the node comes back')
  t.not(before, '')
  t.is(await apache(otherThan(from)), before, 'it has served without a restart')
  t.log(
    `cloned, a planned move: ${probed.longest} ms without an answer, ${probed.failed} of ${probed.requests} requests failed`,
  )
})

/** What an admin might undo, and the task that mends it. */
const drifts: [title: string, script: string, mended: string[]][] = [
  [
    'the colocation is gone, the clone is not interleaved',
    'crm -F configure delete FloatIP-with-WebSite; crm_resource -r WebSite-clone --meta -p interleave -v false',
    [`constraints: ${push}`],
  ],
  [
    'the stickiness is another',
    'crm_attribute -t rsc_defaults -n resource-stickiness -v 1',
    ['pacemaker: cluster properties'],
  ],
  ["Apache's configuration was changed on both nodes", 'true', ['apache: apache runs the configuration on disk']],
]

for (const [title, script, mended] of drifts) {
  onLab(`drift in it is found and mended: ${title}`, async t => {
    const inventory = await cloned()
    await site.on('node1', script)
    if (script === 'true')
      for (const { name } of site.lab.nodes)
        await site.on(name, 'echo "# changed" >>/etc/apache2/conf-available/charset.conf')
    const plan = await site.run(['site', '--check'], { inventory })
    t.deepEqual(withStatus(plan, 'would-change', 'failed'), mended)
    const mend = await site.run(['site'], { inventory })
    t.is(mend.exitCode, 0, troubles(mend))
    t.deepEqual(withStatus(mend, 'changed', 'failed'), mended)
  })
}

onLab('to the single layout: one copy stops, the other runs on, and no request fails', async t => {
  const from = await holder()
  const other = otherThan(from)
  const plan = await leavesAllAsItWas(t, site, async () => site.run(['site', '--check']))
  t.is(plan.exitCode, 3, troubles(plan))
  t.deepEqual(forecast(plan), [`WebSite stops on ${other}`], await site.on('node1', 'crm_mon -1rfn'))
  let run = plan
  const probed = await probing(site.lab.name, async () => {
    run = await site.run(['site'])
  })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(forecast(run), [
    `WebSite stopped on ${other}: as forecast`,
    'nothing started, stopped or moved: as forecast',
  ])
  t.is(probed.failed, 0, JSON.stringify(probed))
  t.is(await holder(), from)
  t.notRegex(await site.on('node1', 'cibadmin -Q -o configuration'), /clone|stickiness|FloatIP-with-WebSite/)
  t.deepEqual(withStatus(await site.run(['site']), 'changed', 'failed', 'warning'), [])
  t.log(`cloned -> single: ${probed.failed} of ${probed.requests} requests failed, ${probed.longest} ms at most`)
})

onLab('there a planned move stops and starts Apache: no page for more than a second', async t => {
  t.is(await apache(otherThan(await holder())), '')
  const probed = await plannedMove()
  t.true(probed.longest > 1000 && probed.failed > 0, JSON.stringify(probed))
  t.log(
    `single, a planned move: ${probed.longest} ms without an answer, ${probed.failed} of ${probed.requests} requests failed`,
  )
})

onLab('and back: the other copy starts, and no request fails; a rollback is as gentle', async t => {
  const inventory = await cloned()
  const from = await holder()
  const other = otherThan(from)
  const plan = await site.run(['site', '--check'], { inventory })
  t.deepEqual(forecast(plan), [`WebSite starts on ${other}`])
  let [run, back] = [plan, plan]
  const probed = await probing(site.lab.name, async () => {
    run = await site.run(['site'], { inventory })
    back = await site.run(['rollback'])
  })
  t.is(run.exitCode, 0, troubles(run))
  t.deepEqual(forecast(run), [`WebSite started on ${other}: as forecast`])
  t.is(back.exitCode, 0, troubles(back))
  t.deepEqual(effectsOf(back), [
    `WebSite stopped on ${other}: as forecast`,
    'nothing started, stopped or moved: as forecast',
  ])
  t.is(probed.failed, 0, JSON.stringify(probed))
  t.log(
    `single -> cloned, and rolled back: ${probed.failed} of ${probed.requests} requests failed, ${probed.longest} ms at most`,
  )
  const mended = await site.run(['site'])
  t.is(mended.exitCode, 0, troubles(mended))
})

killedDaemons(shared)
