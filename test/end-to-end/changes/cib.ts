import { probing } from '../http-probe.js'
import { loseNextAcknowledgement } from '../wrapped-command.js'
import { summaryOf, tasksOf, troubles, withStatus, type Result, type SharedLab } from '../site-harness.js'

const push = 'resources and constraints'
const effectsOf = (result: Result) => tasksOf(result).flatMap(({ effects }) => effects ?? [])
/** The configuration without its version and ha-run's notes. */
const configuration = `cibadmin -Q -o configuration | sed '/<tags>/,/<\\/tags>/d'`

/** Changes of the CIB on a cluster that serves: foretold, made, compared, taken back. */
export function cibChanges({ site, onLab }: SharedLab): void {
  const holder = async () => (await site.on('node1', 'crm_resource -W -r FloatIP -Q')).trim()
  const other = async () => ((await holder()) === 'node1' ? 'node2' : 'node1')

  onLab('a plan says what will move, and that is what moves', async t => {
    const [from, to] = [await holder(), await other()]
    const inventory = await site.inventory('move.yml', cluster => {
      cluster['constraints'] = { location: { there: { resource: 'FloatIP', node: to, score: 100 } } }
    })
    const moves = ['FloatIP', 'WebSite'].map(resource => `${resource} moves ${from} -> ${to}`)
    const plan = await site.run(['site', '--check'], { inventory })
    t.is(plan.exitCode, 3, troubles(plan))
    t.deepEqual(effectsOf(plan), moves)
    t.is(await holder(), from)
    let run = plan
    const probed = await probing(site.lab.name, async () => {
      run = await site.run(['site'], { inventory })
    })
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(effectsOf(run), [`FloatIP moved ${from} -> ${to}, WebSite moved ${from} -> ${to}: as forecast`])
    t.is(await holder(), to)
    t.true(probed.failed > 0)
    t.log(
      `a declared move: ${probed.longest} ms without an answer, ${probed.failed} of ${probed.requests} requests failed`,
    )
  })

  onLab('a plan says that nothing will move, and no request fails', async t => {
    const inventory = await site.inventory('quiet.yml', cluster => {
      cluster['properties'] = { 'cluster-recheck-interval': '9min' }
      cluster['resources'] = { WebSite: { op: { monitor: '50s' } } }
    })
    t.deepEqual(effectsOf(await site.run(['site', '--check'], { inventory })), [
      'nothing starts, stops or moves',
      'nothing starts, stops or moves',
    ])
    let run = await site.run(['verify'])
    const probed = await probing(site.lab.name, async () => {
      run = await site.run(['site'], { inventory })
    })
    t.deepEqual(
      effectsOf(run),
      Array.from({ length: 2 }, () => 'nothing started, stopped or moved: as forecast'),
    )
    t.is(probed.failed, 0, JSON.stringify(probed))
    t.log(
      `a property, a monitor's interval, a constraint dropped: ${probed.failed} of ${probed.requests} requests failed`,
    )
    t.is((await site.run(['site'])).exitCode, 0)
  })

  onLab('a change whose acknowledgement comes too late is found by the next run, and can be taken back', async t => {
    const interval = 'cluster-recheck-interval'
    const inventory = await site.inventory('late.yml', cluster => {
      cluster['properties'] = { [interval]: '8min' }
    })
    await loseNextAcknowledgement(site, 'node1')
    const late = await site.run(['site'], { inventory })
    t.is(late.exitCode, 2)
    t.regex(troubles(late), /pacemaker on node1 has not answered for 120 s, and may make the change of the CIB yet/)
    const next = await site.run(['site'], { inventory })
    t.deepEqual([next.exitCode, withStatus(next, 'changed')], [0, []], troubles(next))
    const rollback = await site.run(['rollback'], { inventory })
    t.is(rollback.exitCode, 0, troubles(rollback))
    t.notRegex(await site.on('node1', configuration), new RegExp(interval))
  })

  onLab('what is declared no more goes; what somebody else put beside it stays', async t => {
    const inventory = await site.inventory('more.yml', cluster => {
      cluster['resources'] = {
        WebSite: { meta: { 'migration-threshold': 3 } },
        Extra: { agent: 'ocf:pacemaker:Dummy' },
      }
      cluster['properties'] = { 'cluster-recheck-interval': '9min' }
    })
    t.is((await site.run(['site'], { inventory })).exitCode, 0)
    await site.on(
      'node2',
      'crm_resource -r WebSite --meta -p priority -v 5; crm_attribute -n no-quorum-policy -v stop; crm_resource --move --force -r WebSite -N $(crm_resource -W -r WebSite -Q)',
    )
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(
      tasksOf(run)
        .flatMap(({ diff }) => diff ?? [])
        .map(({ subject }) => subject)
        .toSorted(),
      ['WebSite meta migration-threshold', 'primitive Extra', 'property cluster-recheck-interval'],
    )
    t.true(
      effectsOf(run).some(effect => /^Extra stopped on node[12].*: as forecast$/.test(effect)),
      effectsOf(run).join(),
    )
    const left = await site.on('node1', 'cibadmin -Q')
    t.regex(left, /name="priority" value="5"[^]*cli-prefer-WebSite/)
    t.regex(left, /no-quorum-policy/)
    t.notRegex(left, /Extra"|migration-threshold|recheck/)
    const told = tasksOf(run).find(({ task }) => task === 'nothing but what is declared')
    t.like(told, { status: 'warning' })
    t.regex(told!.reason!, /location cli-prefer-WebSite \(left by a move or ban/)
  })

  onLab('a purge removes what is not declared, and only when it is asked for', async t => {
    await site.on(
      'node1',
      'crm configure primitive Foreign ocf:heartbeat:Dummy; crm configure location theirs Foreign 10: node1; sleep 1',
    )
    t.like(summaryOf(await site.run(['site'])), { changed: 0, exit: 0 })
    const plan = await site.run(['site', '--check', '--purge'])
    t.true(
      effectsOf(plan).some(effect => /^Foreign stops on node[12]$/.test(effect)),
      effectsOf(plan).join(),
    )
    const run = await site.run(['site', '--purge'])
    t.is(run.exitCode, 0, troubles(run))
    t.deepEqual(
      withStatus(run, 'changed', 'warning').filter(name => name.includes('constraints')),
      [`constraints: ${push}`],
    )
    const left = await site.on('node1', 'cibadmin -Q -o configuration')
    t.notRegex(left, /Foreign|theirs|cli-/)
    t.regex(left, /primitive id="FloatIP"[^]*primitive id="WebSite"[^]*WebSite-with-FloatIP/)
    await site.on('node1', 'crm_attribute -n no-quorum-policy -D; crm_resource -r WebSite --meta -d priority')
  })

  onLab(
    'a resource under another name is stopped under the old one first: the address ends up where it should',
    async t => {
      const inventory = await site.inventory('renamed-ip.yml', cluster => {
        cluster['resources'] = {
          FloatIP: false,
          Address: {
            agent: 'ocf:heartbeat:IPaddr2',
            params: { ip: '192.168.0.10', cidr_netmask: 24 },
            op: { monitor: '10s' },
          },
        }
        cluster['constraints'] = {
          colocation: { 'WebSite-with-FloatIP': { resource: 'WebSite', with: 'Address', score: 'INFINITY' } },
          order: { 'FloatIP-before-WebSite': { first: 'Address', then: 'WebSite', kind: 'Mandatory' } },
        }
      })
      const run = await site.run(['site'], { inventory })
      t.is(run.exitCode, 0, troubles(run))
      t.regex(effectsOf(run)[0]!, /^FloatIP stopped on node[12], WebSite stopped on node[12]: as forecast$/)
      t.regex(effectsOf(run)[1]!, /Address started on node[12].*: as forecast$/)
      const again = await site.run(['site'], { inventory })
      t.deepEqual(withStatus(again, 'changed', 'warning'), [], tasksOf(again).at(-1)?.reason)
      const back = await site.run(['rollback'])
      t.is(back.exitCode, 0, troubles(back))
      t.regex(
        await site.on(
          'node1',
          'cibadmin -Q -o resources; ip -o -4 addr show to 192.168.0.10/32; crm_resource -W -r FloatIP',
        ),
        /primitive id="FloatIP"[^]*is running on/,
      )
      t.deepEqual(withStatus(await site.run(['site']), 'changed', 'failed'), [], 'both halves were taken back as one')
    },
  )

  onLab("somebody else's edit between our look and our push survives", async t => {
    const inventory = await site.inventory('race.yml', cluster => {
      cluster['resources'] = { WebSite: { meta: { 'migration-threshold': 4 } } }
    })
    // crm_diff is what the push works with after the CIB was read: the first one is late, and somebody is quicker.
    await site.on(
      'node1',
      `cat >/usr/local/sbin/crm_diff <<'SH'
#!/bin/sh
[ -e /run/raced ] || { : >/run/raced; crm_attribute -n batch-limit -v 7; crm_resource -r WebSite --meta -p priority -v 6; } >/dev/null
exec /usr/sbin/crm_diff "$@"
SH
chmod +x /usr/local/sbin/crm_diff; rm -f /run/raced`,
    )
    const run = await site.run(['constraints'], { inventory })
    const left = await site.on('node1', 'rm /usr/local/sbin/crm_diff; ls /run/raced; cibadmin -Q -o configuration')
    t.is(run.exitCode, 0, troubles(run))
    t.regex(left, /name="batch-limit" value="7"/)
    t.regex(left, /name="priority" value="6"/)
    t.regex(left, /name="migration-threshold" value="4"/)
    t.regex(
      await site.on('node1', 'cd /var/lib/ha-run/cib; cat "$(ls | sort -V | tail -n 1)"/before.xml'),
      /batch-limit/,
      'the change was worked out anew',
    )
    await site.on('node1', 'crm_attribute -n batch-limit -D; crm_resource -r WebSite --meta -d priority')
    t.is((await site.run(['site'])).exitCode, 0)
  })

  onLab('the last change is taken back, from any node that remembers it; a second time it is made again', async t => {
    const inventory = await site.inventory('rollback.yml', cluster => {
      cluster['resources'] = { FloatIP: { params: { arp_count: 3 } }, Extra: { agent: 'ocf:pacemaker:Dummy' } }
    })
    const before = await site.on('node1', configuration)
    t.is((await site.run(['constraints'], { inventory })).exitCode, 0)
    const changed = await site.on('node1', configuration)
    t.not(changed, before)
    await site.on('node1', 'rm -r /var/lib/ha-run/cib')
    const plan = await site.run(['rollback', '--check', '--diff'])
    t.is(plan.exitCode, 3)
    t.true(
      effectsOf(plan).some(effect => /^Extra stops on/.test(effect)),
      effectsOf(plan).join(),
    )
    const back = await site.run(['rollback', '-l', 'node2'])
    t.is(back.exitCode, 0, troubles(back))
    t.is(await site.on('node1', configuration), before)
    t.is((await site.run(['rollback'])).exitCode, 0)
    t.is(await site.on('node1', configuration), changed)
    await site.on('node2', 'crm_resource -r FloatIP -p arp_count -v 5')
    const refused = await site.run(['rollback'])
    t.is(refused.exitCode, 2)
    t.regex(troubles(refused), /changed in the CIB since then: FloatIP; nothing was rolled back/)
    t.is((await site.run(['site'])).exitCode, 0)
  })
}
