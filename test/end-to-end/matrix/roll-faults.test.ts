import type { ExecutionContext } from 'ava'
import { $ } from 'zx/core'
import { drainMark } from '../../../runner/cluster/pacemaker/drain.js'
import { cutCable, healCable } from '../../../runner/lab/index.js'
import { labSite, troubles, type Result } from '../site-harness.js'

/** `npm run test:faults`: a rolling restart fails between its steps. Every node that can be reached takes part again. */
const { site, onLab } = labSite('roll-faults', 3, { layout: 'single' })
const names = ['node1', 'node2', 'node3']
const node = (name: string) => site.lab.nodes.find(each => each.name === name)!

/** The first node that restarts, another one without resources, and the one that serves. */
let places: [first: string, idle: string, holder: string] = ['', '', '']
let changes = 0

/** A setting that needs a rolling restart, with another value each time. */
async function changed(): Promise<string> {
  // The rolling restart before this one has moved the service.
  const holder = (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
  const [first = '', idle = ''] = names.filter(name => name !== holder)
  places = [first, idle, holder]
  changes += 1
  return site.inventory('roll.yml', cluster => {
    cluster['corosync'] = { quorum: { wait_for_all: changes % 2 } }
  })
}

const isDrained = async () => site.come(places[2], `cibadmin -Q --scope nodes | grep -q ${drainMark}`)
const isStopped = async () => site.come(places[0], '! systemctl is-active --quiet pacemaker')

/** What must be so on the node that was restarted, as soon as the run has ended. */
async function takesPart(t: ExecutionContext, run: Result) {
  const [first, , holder] = places
  const nodes = await site.on(holder, 'cibadmin -Q --scope nodes')
  t.notRegex(nodes, /ha-run-drained|standby/, troubles(run))
  await site.come(holder, `crm_mon -1 | grep -q 'Online:.* ${first} '`)
  t.is((await site.on(first, 'systemctl is-active corosync pacemaker')).trim(), 'active\nactive')
  t.regex(await site.on(holder, 'crm_mon -1'), /FloatIP.*Started/)
}

/** The next run finishes what was begun. */
async function finished(t: ExecutionContext, inventory: string) {
  const next = await site.run(['site'], { inventory })
  t.is(next.exitCode, 0, troubles(next))
}

for (const [moment, hasCome] of [
  ['in standby', isDrained],
  ['stopped', isStopped],
] as const) {
  onLab(`the second Ctrl-C while the node is ${moment}`, async t => {
    const inventory = await changed()
    const run = await site.interrupted(['site'], inventory, [hasCome, 50])
    t.is(run.exitCode, 130, troubles(run))
    await takesPart(t, run)
    await finished(t, inventory)
  })

  onLab(`the ssh connection to the node is killed while it is ${moment}`, async t => {
    const inventory = await changed()
    const run = await site.interrupted(['site'], inventory, [], {
      then: async () => {
        await hasCome()
        await killMaster(places[0])
      },
    })
    t.is(run.exitCode, 2, troubles(run))
    t.regex(troubles(run), new RegExp(`${places[0]} takes part again`))
    await takesPart(t, run)
    await finished(t, inventory)
  })

  onLab(`another node loses its cable while the node is ${moment}`, async t => {
    const inventory = await changed()
    const run = await site.interrupted(['site'], inventory, [], {
      then: async () => {
        await hasCome()
        await cutCable(node(places[1]))
      },
    })
    await takesPart(t, run)
    t.not(run.exitCode, 0)
    t.regex(troubles(run), new RegExp(`${places[0]} takes part again`))
    await healCable(node(places[1]))
    await site.come(places[2], `crm_mon -1 | grep -q 'Online:.* ${places[1]} '`)
    await finished(t, inventory)
  })

  onLab(`the node itself loses its cable while it is ${moment}`, async t => {
    const inventory = await changed()
    const run = await site.interrupted(['site'], inventory, [], {
      then: async () => {
        await hasCome()
        await cutCable(node(places[0]))
      },
    })
    t.not(run.exitCode, 0)
    t.notRegex(await site.on(places[2], 'cibadmin -Q --scope nodes'), /ha-run-drained|standby/, troubles(run))
    t.regex(troubles(run), new RegExp(`systemctl start corosync pacemaker.? on ${places[0]}`))
    await healCable(node(places[0]))
    await finished(t, inventory)
  })
}

/** Ends the ssh process of the connection to a node, as `kill` on the admin machine would. */
async function killMaster(name: string): Promise<void> {
  const { stdout } = await $({ quiet: true })`ps -eo pid,args`
  const masters = stdout
    .split('\n')
    .filter(line => [' ssh -M ', site.lab.sshConfig, ` -- ${node(name).address} `].every(part => line.includes(part)))
  for (const line of masters) process.kill(Number(line.trim().split(' ')[0]), 'SIGKILL')
}
