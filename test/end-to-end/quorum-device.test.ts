import { probing } from './http-probe.js'
import { labSite, statusIn, tasksOf, troubles, withStatus, type Result } from './site-harness.js'

/** An arbiter is added to a cluster that serves, is lost, replaced by an empty machine, and taken away again. */
const { site, onLab } = labSite('quorum-device', 2, { layout: 'single' }, { arbiter: true })

const withArbiter = site.lab.inventory
const withoutArbiter = async () =>
  site.inventory('without.yml', cluster => {
    delete cluster['quorum_device']
  })
/** Expected votes, total votes and flags, as each node sees them. */
const votes = async () =>
  (
    await site.onAll("corosync-quorumtool -s | sed -n 's/^\\(Expected votes\\|Total votes\\|Flags\\): *//p' | xargs")
  ).map(line => line.trim())
const problemsOf = async (inventory: string) =>
  statusIn(await site.run(['status'], { inventory })).problems.map(({ text }) => text)

/** Runs it while the page is requested. No request may fail. */
async function whileServing(words: string[], inventory: string): Promise<{ result: Result; failed: number }> {
  const results: Result[] = []
  const { failed } = await probing(site.lab.name, async () => {
    results.push(await site.run(words, { inventory }))
  })
  return { result: results[0]!, failed }
}

onLab('an arbiter is added: the plan tells what it means for the quorum, and no request fails', async t => {
  const plan = await site.run(['quorum-device', '--check'], { inventory: withArbiter })
  t.is(plan.exitCode, 3, troubles(plan))
  t.regex(
    tasksOf(plan)
      .flatMap(({ effects = [] }) => effects)
      .join('; '),
    /quorum will need 2 of 3 votes instead of 1 of 2 votes \(two_node\)/,
  )
  const { result, failed } = await whileServing(['quorum-device'], withArbiter)
  t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
  t.deepEqual(await votes(), ['3 3 Quorate Qdevice', '3 3 Quorate Qdevice'])
  const again = await site.run(['site', '--check'], { inventory: withArbiter })
  t.deepEqual([again.exitCode, withStatus(again, 'would-change', 'unknown')], [0, []], troubles(again))
  t.deepEqual(await problemsOf(withArbiter), [])
})

onLab('an arbiter that is lost is named, and one that was installed anew gets the cluster back', async t => {
  await site.on(
    'arbiter',
    'systemctl stop corosync-qnetd; apt-get -qq -y purge corosync-qnetd >/dev/null 2>&1; rm -rf /etc/corosync/qnetd',
  )
  await site.come('node1', '[ "$(corosync-quorumtool -s | grep -c A,NV,NMW)" = 2 ]')
  t.deepEqual(await problemsOf(withArbiter), ['the arbiter does not vote on node1, node2'])
  const { result, failed } = await whileServing(['quorum-device', 'verify'], withArbiter)
  t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
  t.true(withStatus(result, 'changed').includes("quorum-device: the arbiter's certificates are on every node"))
  t.deepEqual(await votes(), ['3 3 Quorate Qdevice', '3 3 Quorate Qdevice'])
})

onLab('an arbiter is taken away: two nodes are two nodes again, and no request fails', async t => {
  const inventory = await withoutArbiter()
  const { result, failed } = await whileServing(['corosync', 'quorum-device'], inventory)
  t.deepEqual([result.exitCode, failed], [0, 0], troubles(result))
  // Corosync goes on listing the device, with no votes.
  t.deepEqual(await votes(), ['2 2 2Node Quorate WaitForAll Qdevice', '2 2 2Node Quorate WaitForAll Qdevice'])
  t.deepEqual(await problemsOf(inventory), [])
})
