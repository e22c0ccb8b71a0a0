import type { ExecutionContext } from 'ava'
import { quote } from '../../../runner/ssh/quote.js'
import type { AssertionEvent } from '../../../runner/engine/events.js'
import { labSite, statusIn, troubles, type Result } from '../site-harness.js'

/**
 * `npm run test:faults`: a daemon is stopped by a signal, hangs, or has ended, although its unit is active. Verify and status name it, and
 * `site` repairs it without an outage.
 */
const { site, onLab } = labSite('daemon-faults', 2, { layout: 'single' })

/** The daemons that nobody else repairs; pacemakerd restarts its own ones after 32 to 40 s. */
const alone = ['corosync', 'pacemakerd']
const ofPacemaker = [
  'pacemaker-based',
  'pacemaker-controld',
  'pacemaker-execd',
  'pacemaker-fenced',
  'pacemaker-attrd',
  'pacemaker-schedulerd',
]

const stop = (daemon: string) => `kill -STOP $(pidof ${daemon})`

/** Freezes one process by a control group of its own: it is not stopped by a signal, and does not answer. */
const freeze = (daemon: string) =>
  `cd /sys/fs/cgroup/unified 2>/dev/null || cd /sys/fs/cgroup; mkdir -p hung; pidof ${daemon} >hung/cgroup.procs; echo 1 >hung/cgroup.freeze; sleep 0.5`

const holder = async () => (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
const other = (name: string) => (name === 'node1' ? 'node2' : 'node1')

const failedIn = ({ events }: Result) =>
  events
    .filter((event): event is AssertionEvent => event.event === 'assertion' && event.status === 'failed')
    .map(({ task, evidence }) => `${task}: ${evidence}`)

/** Counts the samples, ten a second, in which the node has not had the floating IP while `work` ran. */
async function withAddress<T>(node: string, work: () => Promise<T>): Promise<{ result: T; without: number }> {
  const file = '/run/address-samples'
  const sample = `while [ ! -e ${file}.end ]; do ip -o -4 addr show | grep -q ' 192.168.0.10/' && echo 1 || echo 0; sleep 0.1; done >${file}`
  await site.on(node, `rm -f ${file}*; setsid sh -c ${quote(sample)} >/dev/null 2>&1 </dev/null &`)
  try {
    const result = await work()
    return { result, without: Number(await site.on(node, `grep -c 0 ${file} || :`)) }
  } finally {
    await site.on(node, `touch ${file}.end`)
  }
}

/** Verify names the daemon by its only failure, within 20 s. */
async function verifyNames(t: ExecutionContext, node: string, daemon: string, how: RegExp) {
  const startedAt = performance.now()
  const verify = await site.run(['verify'])
  const seconds = (performance.now() - startedAt) / 1000
  t.is(verify.exitCode, 2)
  t.is(failedIn(verify).length, 1, failedIn(verify).join('\n'))
  t.regex(failedIn(verify)[0]!, new RegExp(`^each daemon answers: ${node}: ${daemon} .*${how.source}`))
  t.true(seconds < 20, `verify took ${seconds.toFixed(1)} s`)
  t.log(`verify: ${seconds.toFixed(1)} s`)
}

async function repaired(t: ExecutionContext) {
  const run = await site.run(['site'])
  t.is(run.exitCode, 0, troubles(run))
  const again = await site.run(['site', '--check'])
  t.is(again.exitCode, 0, troubles(again))
  return run
}

for (const daemon of [...alone, ...ofPacemaker]) {
  onLab(`${daemon} is stopped by a signal on a node without resources`, async t => {
    const node = other(await holder())
    await site.on(node, stop(daemon))
    await verifyNames(t, node, daemon, /is stopped by a signal/)
    await repaired(t)
  })
}

onLab('status names a daemon that is stopped, and no node is to be confirmed as off', async t => {
  const node = await holder()
  await site.on(node, stop('pacemakerd'))
  const { problems } = statusIn(await site.run(['status']))
  t.deepEqual(
    problems.map(({ text }) => text.replace(/process \d+/, 'process N')),
    [`${node}: pacemakerd (process N) is stopped by a signal`],
  )
  t.regex(problems[0]!.hint ?? '', /ha-run site/)
  const plan = await site.run(['site', '--check'])
  t.is(plan.exitCode, 3)
  t.regex(JSON.stringify(plan.events), /FloatIP, WebSite keep running in maintenance mode/)
  const { without } = await withAddress(node, async () => repaired(t))
  t.is(without, 0, 'the address stays')
})

onLab('pacemakerd hangs where the resources run: Pacemaker is restarted there, and they run on', async t => {
  const node = await holder()
  await site.on(node, freeze('pacemakerd'))
  await verifyNames(t, node, 'pacemakerd', /hangs: no answer within 4 s/)
  const { result, without } = await withAddress(node, async () => repaired(t))
  t.regex(JSON.stringify(result.events), /Pacemaker was restarted on node[12]: FloatIP, WebSite keep running/)
  t.is(without, 0, 'the address stays')
  t.is(await holder(), node)
})

onLab('Corosync hangs: it is killed, and is back in the ring', async t => {
  const node = other(await holder())
  await site.on(node, freeze('corosync'))
  await verifyNames(t, node, 'corosync', /hangs: no answer within 4 s/)
  await repaired(t)
})

onLab(
  'pacemakerd is stopped and a daemon of it has ended: site continues the one, which restarts the other',
  async t => {
    const node = other(await holder())
    await site.on(node, `${stop('pacemakerd')}; kill -9 $(pidof pacemaker-attrd)`)
    const verify = await site.run(['verify'])
    t.regex(
      failedIn(verify).join('\n'),
      /^each daemon answers: node[12]: pacemakerd \(process \d+\) is stopped by a signal; node[12]: pacemaker-attrd is missing although its unit is active$/,
    )
    await repaired(t)
  },
)
