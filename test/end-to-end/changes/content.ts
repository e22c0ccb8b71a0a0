import { probing } from '../http-probe.js'
import { tasksOf, troubles, withStatus, type Result, type SharedLab } from '../site-harness.js'

/** What the cluster serves changes without a restart, and what it is made of is not upgraded behind its back. */
export function contentChanges({ site, onLab }: SharedLab): void {
  const runsItsFiles = 'apache: apache runs the configuration on disk'
  const both = ['node1', 'node2']
  const onBoth = async (script: string) => Promise.all(both.map(async name => site.on(name, script)))

  /** What must be the same before and after: the process, and what Pacemaker remembers of the resource there. */
  const holder = async () => (await site.on('node1', 'crm_resource -W -Q -r WebSite')).trim()
  const untouched = async (node: string) =>
    site.on(
      node,
      `cat /run/apache2/apache2.pid
  cibadmin -Q --xpath '//lrm_resource[@id="WebSite"]/lrm_rsc_op' | grep -o 'call-id="[^"]*"' | sort; crm_mon -1 -f | grep -c 'fail-count\\|Failed' || :`,
    )
  const loads = async (node: string) => site.on(node, 'stat -c "%i %.9Y" /run/apache2/apache2.pid')

  function warnings({ events }: Result): string[] {
    return events.flatMap(event => (event.event === 'assertion' && event.status === 'warning' ? [event.task] : []))
  }

  function reasonOf(result: Result, name: string): string | undefined {
    return tasksOf(result).find(({ role, task }) => `${role}: ${task}` === name)?.reason
  }

  /** Runs ha-run while the page is asked for all the time: no request may fail. */
  async function underProbe(
    words: string[],
    inventory?: string,
  ): Promise<{ run: Result; failed: number; requests: number }> {
    let run: Result | undefined
    const { failed, requests } = await probing(site.lab.name, async () => {
      run = await site.run(words, inventory === undefined ? {} : { inventory })
    })
    return { run: run!, failed, requests }
  }

  /** Lists in which every package of the cluster has a newer version: enough for apt to say what it would do. */
  const newer = `mkdir -p /srv/newer; for p in corosync pacemaker crmsh; do apt-cache show $p | sed '/^$/q; s/^\\(Version: .*\\)/\\1.99/'; done >/srv/newer/Packages
  echo 'deb [trusted=yes] file:/srv/newer ./' >/etc/apt/sources.list.d/newer.list; apt-get -qq update`
  const upgraded = async () =>
    (await site.on('node1', 'apt-get -s dist-upgrade | sed -n "s/^Inst \\([^ ]*\\).*/\\1/p" | sort')).trim().split('\n')
  const held = async () => site.on('node1', 'apt-mark showhold')
  const withHold = async (hold: boolean) =>
    site.inventory(`hold-${hold}.yml`, cluster => {
      cluster['packages'] = { hold }
    })

  onLab('nothing is held that nobody asked for, and verify warns', async t => {
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
    t.is(await held(), '')
    t.true(warnings(run).includes('corosync and pacemaker are on hold'))
    await site.on('node1', newer)
    t.deepEqual(await upgraded(), ['corosync', 'crmsh', 'pacemaker'])
  })

  onLab('hold: true keeps corosync and pacemaker as they are, and others can still be installed', async t => {
    const inventory = await withHold(true)
    const plan = await site.run(['site', '--check'], { inventory })
    t.is(plan.exitCode, 3)
    t.is(await held(), '')
    const run = await site.run(['site'], { inventory })
    t.deepEqual(
      withStatus(run, 'changed').toSorted(),
      both.flatMap(name => [`${name} corosync: corosync is held`, `${name} pacemaker: pacemaker is held`]),
      troubles(run),
    )
    t.deepEqual(warnings(run), ['fencing is enabled'])
    t.is(await held(), 'corosync\npacemaker\n')
    t.deepEqual(await upgraded(), ['crmsh'])
    await site.on('node2', 'apt-get -qq -y purge crmsh >/dev/null 2>&1')
    const mend = await site.run(['site'], { inventory })
    t.deepEqual(withStatus(mend, 'changed'), ['node2 pacemaker: install crmsh'], troubles(mend))
    t.deepEqual(withStatus(await site.run(['site'], { inventory }), 'changed', 'failed', 'warning'), [])
  })

  onLab('without a word holds stay as they are; hold: false takes them off', async t => {
    t.deepEqual(withStatus(await site.run(['site']), 'changed', 'failed'), [])
    t.is(await held(), 'corosync\npacemaker\n')
    const inventory = await withHold(false)
    await site.on('node1', 'apt-mark -q hold crmsh')
    const run = await site.run(['site'], { inventory })
    t.is(withStatus(run, 'changed').length, 4, troubles(run))
    t.true(warnings(run).includes('corosync and pacemaker are on hold'))
    t.is(await held(), 'crmsh\n', 'a hold of the admin’s own is not ours')
    await site.on(
      'node1',
      'apt-mark -q unhold crmsh; rm -r /srv/newer /etc/apt/sources.list.d/newer.list; apt-get -qq update',
    )
    t.is((await site.run(['site', '--check'], { inventory })).exitCode, 0)
  })

  onLab('a changed page is served at once, without a failed request or a reload', async t => {
    const node = await holder()
    const before = [await untouched(node), await loads(node)]
    const inventory = await site.inventory('page.yml', cluster => {
      cluster['page'] = '<p>another page of {node}</p>'
    })
    const { run, failed, requests } = await underProbe(['site'], inventory)
    t.deepEqual([run.exitCode, failed], [0, 0], troubles(run))
    t.log(`${requests} requests, none failed`)
    t.deepEqual(
      withStatus(run, 'changed'),
      both.map(name => `${name} apache: write /var/www/html/index.html`),
    )
    t.deepEqual([await untouched(node), await loads(node)], before)
    t.is((await site.run(['site'])).exitCode, 0)
  })

  onLab(
    'a changed configuration is planned, and loaded where it is active, without a failed request or a restart',
    async t => {
      const node = await holder()
      await onBoth('echo "Header set X-Changed yes" >/etc/apache2/conf-enabled/changed.conf; a2enmod -q headers')
      const before = await untouched(node)
      const plan = await site.run(['site', '--check'])
      t.is(plan.exitCode, 3)
      t.deepEqual(withStatus(plan, 'would-change'), [runsItsFiles])
      t.like(tasksOf(plan).find(({ status }) => status === 'would-change')!.diff![0], {
        subject: `configuration that apache has loaded on ${node}`,
      })
      await onBoth('head -c 20M /dev/zero >/var/www/html/large')
      const other = both.find(name => name !== node)!
      const download = site.on(
        other,
        'curl -s --limit-rate 4M -o /dev/null -w "%{http_code} %{size_download}" http://192.168.0.10/large || :',
      )
      const { run, failed, requests } = await underProbe(['site'])
      t.deepEqual([run.exitCode, failed], [0, 0], troubles(run))
      t.log(`${requests} requests, none failed`)
      t.is(await download, `200 ${20 * 2 ** 20}`, 'a download that had begun before is finished')
      t.deepEqual(withStatus(run, 'changed'), [runsItsFiles])
      t.regex(await site.on(node, 'curl -sI http://127.0.0.1/'), /X-Changed: yes/)
      t.is(await untouched(node), before, 'the same process, nothing in Pacemaker’s history, no failure')
      t.deepEqual(withStatus(await site.run(['site']), 'changed', 'warning', 'failed'), [])
    },
  )

  onLab('a configuration that is broken on a node where it is not active stops the reload everywhere', async t => {
    const node = await holder()
    const other = both.find(name => name !== node)!
    const before = [await untouched(node), await loads(node)]
    await onBoth('echo "# more" >>/etc/apache2/conf-enabled/changed.conf')
    await site.on(other, 'echo Nonsense >/etc/apache2/conf-enabled/broken.conf')
    const [would] = tasksOf(await site.run(['site', '--check'])).filter(({ status }) => status === 'would-change')
    t.regex(
      would!.effects!.join(),
      new RegExp(`nothing would be reloaded: apache rejects its configuration on ${other}: AH.*'Nonsense'`),
    )
    const { run, failed } = await underProbe(['site'])
    t.deepEqual([run.exitCode, failed], [2, 0])
    t.regex(
      troubles(run),
      new RegExp(
        `apache rejects its configuration on ${other}: nothing was reloaded on any node.*Invalid command 'Nonsense'`,
      ),
    )
    t.deepEqual([await untouched(node), await loads(node)], before)
    await site.on(other, 'rm /etc/apache2/conf-enabled/broken.conf')
    t.deepEqual(withStatus(await site.run(['site']), 'changed', 'failed'), [runsItsFiles])
  })

  onLab('configurations that differ are a warning', async t => {
    await site.on('node2', 'echo "# node2" >>/etc/apache2/sites-available/default-ssl.conf')
    if ((await holder()) === 'node2') await site.run(['site'])
    const run = await site.run(['site'])
    t.is(run.exitCode, 0, troubles(run))
    t.is(
      reasonOf(run, runsItsFiles),
      'sites-available/default-ssl.conf in /etc/apache2 differs between node1 and node2',
    )
    await site.on('node2', 'sed -i "/^# node2/d" /etc/apache2/sites-available/default-ssl.conf')
    t.deepEqual(withStatus(await site.run(['site']), 'warning', 'failed'), [])
  })

  onLab('a failover, and a restart by Pacemaker, start with what is on disk: nothing to do', async t => {
    const node = await holder()
    await site.on(
      node,
      `crm_standby -N ${node} -v on; crm_resource --wait; crm_standby -N ${node} -D; crm_resource --wait`,
    )
    t.not(await holder(), node)
    t.deepEqual(withStatus(await site.run(['site']), 'changed', 'warning', 'failed'), [])
    await site.on('node1', 'crm_resource --restart -r WebSite >/dev/null 2>&1')
    t.is((await site.run(['site', '--check'])).exitCode, 0)
  })

  for (const [where, mended] of [
    ['active', [runsItsFiles]],
    ['not active', []],
  ] as const) {
    onLab(`mod_status is mended where apache is ${where}`, async t => {
      const active = await holder()
      const node = where === 'active' ? active : both.find(name => name !== active)!
      await site.on(node, 'a2dismod -q -f status')
      const plan = await site.run(['site', '--check'])
      t.deepEqual(withStatus(plan, 'would-change'), [`${node} apache: enable mod_status`])
      t.is(reasonOf(plan, runsItsFiles), 'until "enable mod_status" is done')
      const before = await untouched(active)
      const { run, failed } = await underProbe(['site'])
      t.deepEqual([run.exitCode, failed], [0, 0], troubles(run))
      t.deepEqual(withStatus(run, 'changed'), [`${node} apache: enable mod_status`, ...mended])
      t.is(await untouched(active), before)
      t.deepEqual(withStatus(await site.run(['site']), 'changed', 'warning', 'failed'), [])
    })
  }
}
