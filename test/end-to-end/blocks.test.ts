import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { TaskError } from '../../runner/errors.js'
import { sha256 } from '../../runner/hash.js'
import { quote } from '../../runner/ssh/quote.js'
import { connect } from '../../runner/ssh/connect.js'
import type { Difference } from '../../runner/tasks/difference.js'
import { Member } from '../../runner/tasks/member.js'
import type { NodeScope } from '../../runner/tasks/scope.js'
import type { NodeTask } from '../../runner/tasks/task.js'
import { blockPages, exampleTasks } from '../docs/block-pages.js'
import { noConsent } from '../engine/cluster.js'
import { labSite } from './site-harness.js'

/** The examples of docs/blocks on a real node: each is built, is in sync then, and is repaired after it has drifted. */
const { site, onLab } = labSite('blocks', 1)

const tool = '#!/bin/sh\necho tool\n'
const vars = { tool_url: 'http://127.0.0.1:8099/tool', tool_sha256: sha256(tool) }

/** What an admin, or an accident, does to each of them. */
const drift: Record<string, string> = {
  'block.md': "sed -i 's/Port 2222/Port 22/' /etc/ssh/ssh_config",
  'command.md': 'ln -sfT /usr/share/zoneinfo/Etc/GMT /etc/localtime',
  'directory.md': 'chmod 0777 /srv/data; ln -sfT other /srv/current',
  'download.md': 'echo broken >/usr/local/bin/tool',
  'drop-in.md': 'rm /etc/systemd/system/ssh.service.d/ha-run.conf; systemctl daemon-reload',
  'file.md': 'echo "# empty" >/etc/ssh/sshd_config.d/banner.conf; chmod 0600 /etc/ssh/sshd_config.d/banner.conf',
  'line.md': 'echo "multi off" >>/etc/host.conf',
  'packages.md': 'dpkg --purge --force-depends apache2 >/dev/null 2>&1',
  'service.md':
    'systemctl -q enable apache2.service; systemctl start apache2.service; echo MaxAuthTries 5 >/etc/ssh/sshd_config.d/logins.conf; systemctl reload ssh',
  'timer.md': "systemctl -q stop nightly.timer; sed -i 's/03:00/04:00/' /etc/systemd/system/nightly.timer",
  'user.md': 'gpasswd -d shop adm >/dev/null; usermod -s /bin/sh shop; rmdir /srv/shop',
}
/** What is in sync from the start, and has no state to drift. */
const reading = ['guard.md', 'wait.md']
/** What needs a cluster: own-roles.test.ts runs them. */
const ofClusters = ['assertion.md', 'cib-objects.md']

let node: Member
let scope: NodeScope
let close = async () => {}
test.after.always(async () => close())

/** What a plan shows for each task of a page, changing nothing. */
async function planned(tasks: NodeTask[]): Promise<Difference[]> {
  const found: Difference[] = []
  for (const task of tasks) {
    node.changed()
    const finding = await task.check(scope)
    if (Array.isArray(finding)) found.push(...finding)
  }
  return found
}

/** Check, apply, check again, task by task. @returns what is left. */
async function applied(tasks: NodeTask[]): Promise<Difference[]> {
  for (const task of tasks) {
    const found = await planned([task])
    if (found.length > 0) await task.apply(scope, found)
  }
  return planned(tasks)
}

const pages = blockPages().map(({ page, ...example }) => ({
  page,
  tasks: exampleTasks(example, 'node1', vars).filter(task => task.scope === 'node') as NodeTask[],
}))

onLab('the examples of all blocks are built from bare, and then there is nothing to do', async t => {
  const controlDirectory = await mkdtemp(join(tmpdir(), 'ha-run-blocks-'))
  const connection = await connect('node1', { host: 'node1' }, { controlDirectory, configFile: site.lab.sshConfig })
  close = async () => {
    await connection.close()
    await rm(controlDirectory, { recursive: true })
  }
  node = new Member({ name: 'node1', connection: { host: 'node1' } }, connection)
  scope = {
    $: node.$,
    read: node.read,
    consent: noConsent,
    member: node,
    apart: [],
    abandon: new AbortController().signal,
    progress: () => {},
  }
  // A web server for the download, which is there as soon as apache2's page is applied.
  await site.on('node1', `mkdir -p /srv/www && printf %s ${quote(tool)} >/srv/www/tool`)
  for (const { page, tasks } of pages.filter(each => each.page !== 'download.md'))
    t.deepEqual(await applied(tasks), [], page)
  await site.on(
    'node1',
    "printf 'Listen 127.0.0.1:8099\\n<VirtualHost 127.0.0.1:8099>\\nDocumentRoot /srv/www\\n<Directory /srv/www>\\nRequire all granted\\n</Directory>\\n</VirtualHost>\\n' >/etc/apache2/conf-enabled/tool.conf && apache2ctl start",
  )
  const fetching = pages.find(each => each.page === 'download.md')!
  t.deepEqual(await applied(fetching.tasks), [])
  t.is(await site.on('node1', '/usr/local/bin/tool'), 'tool\n')
  t.is(await site.on('node1', 'id -nG shop'), 'shop adm\n')
  t.is(await site.on('node1', 'systemctl show -P RestartUSec ssh.service'), '2s\n')
  t.is(await site.on('node1', 'systemctl is-active nightly.timer'), 'active\n')
  await site.on('node1', 'systemctl start nightly.service && test -e /var/tmp/nightly')
})

onLab('the drift of each is shown by its check and repaired', async t => {
  t.deepEqual(
    [...Object.keys(drift), ...reading, ...ofClusters].toSorted(),
    pages.map(({ page }) => page),
  )
  for (const { page, tasks } of pages) {
    if (reading.includes(page) || ofClusters.includes(page)) continue
    // The web server of the download is apache2 itself.
    if (page === 'service.md')
      await site.on('node1', 'apache2ctl stop; rm -f /etc/apache2/conf-enabled/tool.conf; sleep 1')
    await site.on('node1', drift[page]!)
    t.not((await planned(tasks)).length, 0, `${page}: its drift is not seen`)
    t.deepEqual(await applied(tasks), [], page)
  }
  t.is(await site.on('node1', 'systemctl show -P NextElapseUSecRealtime nightly.timer | grep -c "03:0[01]"'), '1\n')
})

onLab('what an interrupted run leaves is finished by the next', async t => {
  const tasksOf = (name: string) => pages.find(({ page }) => page === name)!.tasks
  // The files were written, and systemd was not told.
  await site.on(
    'node1',
    "sed -i 's/RestartSec=2/RestartSec=5/' /etc/systemd/system/ssh.service.d/ha-run.conf; systemctl daemon-reload; sed -i 's/RestartSec=5/RestartSec=2/' /etc/systemd/system/ssh.service.d/ha-run.conf",
  )
  t.deepEqual(
    (await planned(tasksOf('drop-in.md'))).map(({ subject }) => subject),
    ['ssh.service as systemd has loaded it'],
  )
  t.deepEqual(await applied(tasksOf('drop-in.md')), [])
  t.is(await site.on('node1', 'systemctl show -P RestartUSec ssh.service'), '2s\n')
  // The file is as declared, but the service has loaded another content.
  const limits = '/etc/ssh/sshd_config.d/logins.conf'
  await site.on(
    'node1',
    `cp ${limits} /root/logins; echo MaxAuthTries 9 >${limits}; systemctl reload ssh; cp /root/logins ${limits}`,
  )
  t.deepEqual(await planned(tasksOf('service.md')), [
    { subject: 'files that ssh.service has loaded', from: `as before ${limits} changed`, to: 'as they are' },
  ])
  t.deepEqual(await applied(tasksOf('service.md')), [])
  // A reload that fails is repeated by the next run: systemd itself takes it for a load.
  await site.on(
    'node1',
    `echo MaxAuthTries 9 >${limits}; systemctl reload ssh; sleep 1; echo Wrong >/etc/ssh/sshd_config.d/wrong.conf`,
  )
  await t.throwsAsync(applied(tasksOf('service.md')), { instanceOf: TaskError })
  await site.on('node1', 'rm /etc/ssh/sshd_config.d/wrong.conf')
  t.regex(String((await planned(tasksOf('service.md')))[0]?.from), /a reload that failed/)
  t.deepEqual(await applied(tasksOf('service.md')), [])
  // The home directory was made, and not yet given away.
  await site.on('node1', 'chown root: /srv/shop')
  t.deepEqual(await applied(tasksOf('user.md')), [])
  t.is(await site.on('node1', 'stat -c %U /srv/shop'), 'shop\n')
})
