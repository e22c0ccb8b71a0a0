import { setTimeout as sleep } from 'node:timers/promises'
import { probing } from '../http-probe.js'
import { troubles, withStatus, type SharedLab } from '../site-harness.js'

const over = '/run/over'

/** When a node has the address, as times in ms, until somebody says that it is over. */
const sampling = `while [ ! -e ${over} ]; do [ -z "$(ip -o -4 addr show to 192.168.0.10/32)" ] || date +%s%3N; sleep 0.1; done; rm ${over}`

/** Kills what is named, and waits until other processes of that name are there, and all that was runs. */
const killing = (daemons: string[]) => `old="$(pidof ${daemons.join(' ')})"; before=$(date +%s%3N); kill -9 $old
for i in $(seq 600); do
  sleep 0.1; new=" $(pidof corosync) $(pidof pacemakerd) "; ok=1
  for pid in $old; do case $new in *" $pid "*) ok= ;; esac; done
  [ -n "$ok" ] && corosync-quorumtool -s 2>/dev/null | grep -q '^Total votes: *2' && crm_mon -1 2>/dev/null | grep -q 'Online: .*node1 node2' \\
    && [ $(crm_mon -1 | grep -c 'Started node[12]$') = 2 ] && { echo $(( $(date +%s%3N) - before )); exit 0; }
done
systemctl status corosync pacemaker >&2; exit 1`

/** A daemon that is killed comes back by itself, and with it all that ran, once. Where it was stopped, it stays so. */
export function killedDaemons({ site, onLab }: SharedLab): void {
  const holder = async () => (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
  const other = async () => ((await holder()) === 'node1' ? 'node2' : 'node1')

  /** Milliseconds for which both nodes had the address, to 200 ms. */
  async function heldTwice(work: () => Promise<unknown>): Promise<number> {
    const samples = Promise.all(
      site.lab.nodes.map(
        async ({ name }) =>
          new Set(
            (await site.on(name, sampling))
              .trim()
              .split('\n')
              .map(time => Math.floor(Number(time) / 200)),
          ),
      ),
    )
    try {
      await work()
    } finally {
      for (const { name } of site.lab.nodes) await site.on(name, `: >${over}`)
    }
    const [one, two] = await samples
    return [...one!].filter(time => time !== 0 && two!.has(time)).length * 200
  }

  // `npm run test:drills` kills pacemakerd alone too.
  for (const daemons of [['corosync'], ['corosync', 'pacemakerd']]) {
    const what = `${daemons.join(' and ')} where the address is`
    onLab(`killed and back by itself: ${what}`, async t => {
      const node = await holder()
      // systemd gives up a daemon that is started too often.
      await site.on(node, 'systemctl reset-failed corosync pacemaker')
      let elapsed = 0
      let twice = 0
      const probed = await probing(site.lab.name, async () => {
        twice = await heldTwice(async () => {
          elapsed = Number(await site.on(node, killing(daemons)))
        })
      })
      t.true(elapsed < 60_000)
      t.log(
        `${what}: all well after ${(elapsed / 1000).toFixed(1)} s, ${probed.failed} of ${probed.requests} requests failed (${probed.longest} ms), the address twice for ${twice} ms`,
      )
      const verify = await site.run(['verify'])
      t.is(verify.exitCode, 0, troubles(verify))
    })
  }

  onLab('a corosync that cannot start is given up; once it can, pacemaker is back with it', async t => {
    const node = await other()
    await site.on(
      node,
      `systemctl reset-failed corosync; cp -p /etc/corosync/corosync.conf /root/kept; echo 'totem {' >/etc/corosync/corosync.conf; kill -9 $(pidof corosync)
for i in $(seq 900); do systemctl -q is-failed corosync && break; sleep 0.2; done; mv /root/kept /etc/corosync/corosync.conf`,
    )
    await sleep(3000)
    t.is(
      await site.on(node, 'systemctl is-active corosync pacemaker || :'),
      'failed\ninactive\n',
      'nobody tries for ever',
    )
    t.is(
      await site.on(
        node,
        'systemctl reset-failed corosync; systemctl start corosync; sleep 2; systemctl is-active corosync pacemaker; ls /run/ha-run.pacemaker-ran 2>/dev/null || :',
      ),
      'active\nactive\n',
    )
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
  })

  onLab('a corosync whose first start fails, as it may at a boot, brings pacemaker with it once it starts', async t => {
    const node = await other()
    t.is(
      await site.on(
        node,
        `systemctl stop pacemaker corosync; systemctl reset-failed corosync pacemaker 2>/dev/null; mv /etc/corosync/corosync.conf /root/kept; systemctl --no-block start pacemaker
for i in $(seq 900); do [ "$(systemctl show -P NRestarts corosync)" -gt 0 ] && break; sleep 0.1; done; mv /root/kept /etc/corosync/corosync.conf
for i in $(seq 900); do systemctl -q is-active pacemaker && break; sleep 0.2; done; systemctl is-active corosync pacemaker || :`,
      ),
      'active\nactive\n',
    )
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
  })

  onLab('what an admin stops stays stopped, pacemaker too when corosync starts again', async t => {
    const node = await other()
    await site.on(node, 'systemctl stop corosync')
    await sleep(3000)
    t.is(await site.on(node, 'systemctl is-active corosync pacemaker || :'), 'inactive\ninactive\n')
    t.is(
      await site.on(node, 'systemctl start corosync; sleep 2; systemctl is-active corosync pacemaker || :'),
      'active\ninactive\n',
    )
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(withStatus(run, 'changed'), ['pacemaker: pacemaker runs, with a DC'])
  })

  onLab(
    'without the drop-in it stays down: verify tells before, and afterwards fails although systemd calls pacemaker active',
    async t => {
      const node = await other()
      await site.on(node, 'rm -r /etc/systemd/system/corosync.service.d; systemctl daemon-reload')
      const before = await site.run(['verify'])
      t.is(before.exitCode, 0, troubles(before))
      const word = before.events.find(
        event => event.event === 'assertion' && event.task === 'corosync and pacemaker restart on failure',
      )
      t.like(word, { status: 'warning', evidence: `systemd does not restart corosync on ${node}` })
      await site.on(node, 'kill -9 $(pidof corosync); sleep 2')
      t.is(await site.on(node, 'systemctl is-active corosync pacemaker || :'), 'failed\nactive\n')
      const verify = await site.run(['verify'])
      t.is(verify.exitCode, 2)
      const failed = verify.events.flatMap(event =>
        event.event === 'assertion' && event.status === 'failed' ? [`${event.task}: ${event.evidence}`] : [],
      )
      t.true(
        failed.some(text => text.includes(`${node}: corosync.service is failed`)),
        failed.join('\n'),
      )
      const follows = verify.events.find(
        event => event.event === 'assertion' && event.task === 'every declared node has joined',
      )
      t.like(follows, { status: 'skipped', evidence: `because corosync of ${node} is failed` })
      const mend = await site.run(['site'])
      t.is(mend.exitCode, 0, troubles(mend))
      t.deepEqual(withStatus(mend, 'changed', 'failed').slice(0, 3), [
        `${node} corosync: write /etc/systemd/system/corosync.service.d/ha-run.conf`,
        `${node} corosync: a killed corosync starts again`,
        'corosync: corosync runs what its files say',
      ])
    },
  )
}
