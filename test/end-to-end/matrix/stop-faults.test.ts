import { labSite, troubles } from '../site-harness.js'

/** `npm run test:faults`: a full stop is interrupted. The daemons run again, and the resources are managed. */
const { site, onLab } = labSite('stop-faults', 2, { layout: 'single' })

onLab('the second Ctrl-C while corosync is stopped on all nodes', async t => {
  const inventory = await site.inventory('stop.yml', cluster => {
    cluster['corosync'] = { totem: { ip_version: 'ipv4' } }
  })
  const isStopped = async () => site.come('node1', '! systemctl is-active --quiet corosync')
  const run = await site.interrupted(['site', '--allow-outage'], inventory, [isStopped, 60])
  t.is(run.exitCode, 130, troubles(run))
  t.regex(troubles(run), /all nodes run again/)
  for (const name of ['node1', 'node2'])
    t.is((await site.on(name, 'systemctl is-active corosync pacemaker')).trim(), 'active\nactive')
  const state = await site.on('node1', 'crm_mon -1')
  t.regex(state, /Online:.* node1 node2 /)
  t.notRegex(state, /unmanaged|maintenance/i)
  const next = await site.run(['site', '--allow-outage'], { inventory })
  t.is(next.exitCode, 0, troubles(next))
})
