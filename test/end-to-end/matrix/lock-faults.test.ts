import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { $ } from 'zx/core'
import { cutCable, healCable } from '../../../runner/lab/faults.js'
import { bridge, labNetworks } from '../../../runner/lab/names.js'
import { main } from '../built-cluster.js'
import { holdApt } from '../hold-apt.js'
import { labSite } from '../site-harness.js'
import { patience } from '../patience.js'

const { gateway, prefixLength } = labNetworks[4]

/** `npm run test:faults`: runs that end without a sign to their nodes, and the lock that they had. It waits for real leases. */
const { site, onLab } = labSite('lock-faults', 2)
const lock = '/run/lock/ha-run.pacemaker1'
const replacement = '192.168.0.253'

interface Ended {
  exitCode: number | null
  stdout: string
}

/** Starts ha-run, in the place of a further machine if it has processes of its own. */
function start(words: string[], config: string, namespace: string[] = []) {
  return $({
    quiet: true,
    nothrow: true,
    prefix: 'exec ',
    timeout: `${patience}s`,
    stdio: ['ignore', 'pipe', 'pipe'],
  })`${[
    ...namespace,
    process.execPath,
    main,
    ...words,
    ...(words.includes('--check') ? [] : ['--stable', '0']),
    '-i',
    site.lab.inventory,
    '-F',
    config,
    '--json',
  ]}`
}

const here = async (words: string[], config = site.lab.sshConfig): Promise<Ended> => start(words, config)
const elsewhere = async (words: string[]): Promise<Ended> =>
  start(words, site.lab.sshConfig, ['unshare', '--pid', '--fork', '--mount-proc'])

/** The machine of the runs that are now going on is gone for their nodes: not even a FIN comes. Another one has its place. */
async function swapAdmin(from: string, to: string): Promise<void> {
  await site.outside(
    `ip address del ${from}/${prefixLength} dev ${bridge}; ip address add ${to}/${prefixLength} dev ${bridge}`,
  )
}

/** Starts a run, and kills it while node1 installs crmsh and node2 is idle. @param before - cuts it off its nodes. */
async function killed(config: string, before: () => Promise<void>): Promise<void> {
  await site.on('node1', `apt-get -qq -y purge crmsh >/dev/null 2>&1; ${holdApt()}`)
  const running = start(['site'], config)
  await site.come('node1', 'pgrep -x apt-get >/dev/null')
  await before()
  process.kill(running.pid!, 'SIGKILL')
  await running
}

async function finishes(t: ExecutionContext, result: Ended): Promise<void> {
  t.is(result.exitCode, 0, result.stdout)
  t.regex(await site.on('node1', 'dpkg -l crmsh'), /^ii /m)
  t.deepEqual(await site.onAll("pgrep -f '[h]a-run-lease' || :"), ['', ''])
}

onLab('a cluster that serves', async t => {
  t.is((await here(['site'])).exitCode, 0)
})

onLab('the machine of a run vanishes: the next run is told when the lock ends, and has it within a minute', async t => {
  await killed(site.lab.sshConfig, async () => swapAdmin(gateway, replacement))
  try {
    const vanished = performance.now()
    await sleep(15_000)
    const refused = await elsewhere(['site'])
    t.is(refused.exitCode, 5)
    t.regex(
      refused.stdout,
      /locked on node1 by another run: \S+ since \S+ \(run \w+\); its connection has been silent for \d\d s; the lock ends in \d\d s unless it comes back/,
    )
    const next = elsewhere(['site', '--wait'])
    await site.come('node2', `flock -n ${lock} true`)
    t.true(performance.now() - vanished < 60_000)
    // What node1 is at keeps its lock.
    await t.throwsAsync(site.on('node1', `flock -n ${lock} true`))
    await site.on('node1', 'systemctl stop hold')
    const waited = await next
    t.regex(waited.stdout, /"event":"lock".*"status":"waiting"/)
    await finishes(t, waited)
  } finally {
    await swapAdmin(replacement, gateway)
  }
})

for (const user of ['root', 'pi']) {
  onLab(`the next run on the same machine steps over the killed one (${user})`, async t => {
    const config = await site.login(user)
    await killed(config, async () => swapAdmin(gateway, replacement))
    try {
      const next = here(['site'], config)
      await sleep(5000)
      await site.on('node1', 'systemctl stop hold')
      const result = await next
      t.regex(result.stdout, /"event":"lock".*that run is gone, and what it started is being finished/)
      await finishes(t, result)
    } finally {
      await swapAdmin(replacement, gateway)
    }
  })
}

onLab("a node's cable is cut, the run is killed, and the cable is healed: the next run has the lock", async t => {
  const node = site.lab.nodes[1]!
  await killed(site.lab.sshConfig, async () => cutCable(node))
  await site.on('node1', 'systemctl stop hold')
  await sleep(60_000)
  await healCable(node)
  await site.come('node2', 'crm_mon -1 | grep -q "Online:.*node1 node2"')
  await finishes(t, await elsewhere(['site']))
})

onLab('a run that waits for more than a lease, with its machine alive, keeps its lock', async t => {
  await site.on('node1', `apt-get -qq -y purge crmsh >/dev/null 2>&1; ${holdApt(100)}`)
  const running = here(['site'])
  await site.come('node1', 'pgrep -x apt-get >/dev/null')
  await sleep(75_000)
  t.is((await elsewhere(['site'])).exitCode, 5)
  t.deepEqual(await site.onAll(`flock -n ${lock} true || echo locked`), ['locked\n', 'locked\n'])
  await finishes(t, await running)
})
