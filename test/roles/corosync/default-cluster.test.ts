/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { noDefaultCluster, removeDefaultCluster } from '../../../roles/corosync/default-cluster.js'
import { TaskError } from '../../../runner/errors.js'
import { sent } from '../../sent.js'
import { answering, type Answers } from './cluster.js'

/** A node's folders below a temporary one, and a systemctl that logs its arguments. */
async function setUp(t: ExecutionContext, systemctl: string) {
  const root = mkdtempSync(join(tmpdir(), 'ha-run-wipe-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  for (const folder of ['var/lib/pacemaker/cib', 'var/backups', 'etc/corosync', 'bin'])
    mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, 'var/lib/pacemaker/cib/cib.xml'), '<cib/>')
  writeFileSync(join(root, 'var/lib/pacemaker/cib/.hidden'), 'x')
  writeFileSync(join(root, 'etc/corosync/corosync.conf'), 'conf')
  writeFileSync(join(root, 'bin/systemctl'), `#!/bin/sh\necho "$*" >>${root}/log\n${systemctl}\n`, { mode: 0o755 })
  const { script: sentScript } = await sent(removeDefaultCluster)
  const script = sentScript.replaceAll(/(^|[\s=])\/(var|etc)\//g, `$1${root}/$2/`)
  const { status } = spawnSync('/bin/sh', ['-c', script], {
    env: { PATH: `${join(root, 'bin')}:${process.env['PATH']}` },
  })
  return {
    status,
    cib: () => readdirSync(join(root, 'var/lib/pacemaker/cib')),
    backups: join(root, 'var/backups/ha-run'),
    log: readFileSync(join(root, 'log'), 'utf8'),
  }
}

test('the default cluster is stopped, backed up, and removed', async t => {
  const { status, cib, backups, log } = await setUp(t, 'case $1 in is-active) exit 3 ;; esac')
  t.is(status, 0)
  t.deepEqual(cib(), [])
  const [kept, ...others] = readdirSync(backups)
  t.deepEqual(others, [])
  t.is(readFileSync(join(backups, kept!, 'cib/cib.xml'), 'utf8'), '<cib/>')
  t.is(readFileSync(join(backups, kept!, 'cib/.hidden'), 'utf8'), 'x')
  t.is(readFileSync(join(backups, kept!, 'corosync.conf'), 'utf8'), 'conf')
  t.regex(log, /^stop pacemaker\.service corosync\.service\n/)
})

test('nothing is removed while a daemon runs', async t => {
  const { status, cib, backups } = await setUp(t, '')
  t.not(status, 0)
  t.is(cib().length, 2)
  t.false(existsSync(backups))
})

test('nothing is removed if the daemons cannot be stopped', async t => {
  const { status, cib } = await setUp(t, 'case $1 in stop) exit 1 ;; is-active) exit 3 ;; esac')
  t.not(status, 0)
  t.is(cib().length, 2)
})

test('the script is valid sh', async t => {
  t.is(spawnSync('sh', ['-n'], { input: (await sent(removeDefaultCluster)).script }).stderr.toString(), '')
})

const debian =
  'totem {\ncluster_name: debian\n}\nnodelist {\nnode {\nname: node1\nnodeid: 1\nring0_addr: 127.0.0.1\n}\n}\n'
const cmapOf = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, { value }]))
const runsDefault = cmapOf({ 'totem.cluster_name': 'debian', 'nodelist.node.0.ring0_addr': '127.0.0.1' })
const file = { type: 'regular file' }
const named = (pair: string, resources = '') =>
  `<cib><configuration><crm_config><cluster_property_set id="cib-bootstrap-options">${pair}</cluster_property_set></crm_config><resources>${resources}</resources></configuration></cib>`
const ofDebian = named('<nvpair id="x" name="cluster-name" value="debian"/>')

const finds = test.macro({
  exec: async (
    t,
    running: unknown,
    conf: string | undefined,
    cib: unknown,
    expected: string[],
    left: string = ofDebian,
  ) => {
    const answers: Answers = {
      'corosync-cmapctl': running,
      'text of files /etc/corosync/corosync.conf': conf,
      'text of files': left,
      'state of files': cib,
    }
    const finding = await noDefaultCluster([]).check(answering('node1', answers))
    t.deepEqual(
      (finding as { subject: string }[]).map(({ subject }) => subject),
      expected,
    )
  },
  title: (name = '') => `no default cluster: ${name}`,
})

const cluster = 'cluster "debian" on 127.0.0.1'
const cib = '/var/lib/pacemaker/cib/cib.xml'
test('a bare node', finds, undefined, undefined, undefined, [])
test('running, with a CIB', finds, runsDefault, debian, file, [cluster, cib])
test('running, without Pacemaker', finds, runsDefault, debian, undefined, [cluster])
test('stopped, with a CIB', finds, undefined, debian, file, [cib])
test(
  'a member that lost its package keeps the CIB of its cluster',
  finds,
  undefined,
  debian,
  file,
  [],
  ofDebian.replace('"debian"', '"pacemaker1"'),
)
test(
  'stopped, with the attributes of its name in another order',
  finds,
  undefined,
  debian,
  file,
  [cib],
  named('<nvpair value="debian" id="x" name="cluster-name"/>'),
)
test(
  'stopped, with its name in single quotes',
  finds,
  undefined,
  debian,
  file,
  [cib],
  named("<nvpair id='x' name='cluster-name' value='debian'/>"),
)
test(
  'stopped, with its name on several lines',
  finds,
  undefined,
  debian,
  file,
  [cib],
  named('<nvpair\n  id="x"\n  name="cluster-name"\n  value="debian"/>'),
)
test(
  'a name in a comment does not count',
  finds,
  undefined,
  debian,
  file,
  [],
  named('<!-- <nvpair id="x" name="cluster-name" value="debian"/> -->'),
)
test(
  "an agent's parameter is not the name of the cluster",
  finds,
  undefined,
  debian,
  file,
  [],
  named(
    '',
    '<primitive id="a"><instance_attributes id="s"><nvpair id="x" name="cluster-name" value="debian"/></instance_attributes></primitive>',
  ),
)
test('a CIB that cannot be read is kept', finds, undefined, debian, file, [], ofDebian.replace('</cib>', ''))
test('installed and never started', finds, undefined, debian, undefined, [])
test(
  'somebody else’s running cluster stays',
  finds,
  cmapOf({ 'totem.cluster_name': 'web', 'nodelist.node.0.ring0_addr': '127.0.0.1' }),
  debian,
  file,
  [],
)
test(
  'a cluster named debian with real addresses stays',
  finds,
  cmapOf({ 'totem.cluster_name': 'debian', 'nodelist.node.0.ring0_addr': '192.168.0.1' }),
  'x {',
  file,
  [],
)
test('somebody else’s stopped cluster stays', finds, undefined, debian.replace('debian', 'web'), file, [])

/** Whether the task removes the running default cluster with this CIB, or the error. */
const wipes = test.macro({
  exec: async (t, text: string | undefined, expected: RegExp | undefined) => {
    const scripts: string[] = []
    const $ = () => (pieces: TemplateStringsArray) => Promise.resolve(scripts.push(pieces.join('')))
    const apply = async () =>
      noDefaultCluster([]).apply(Object.assign(answering('node1', { 'text of files': text }), { $ }), [])
    if (expected === undefined) await t.notThrowsAsync(apply)
    else await t.throwsAsync(apply, { instanceOf: TaskError, message: expected })
    t.is(scripts.length, expected === undefined ? 1 : 0)
  },
  title: (name = '') => `the running default cluster: ${name}`,
})

const inUse = /has resources/
test('no CIB yet', wipes, undefined, undefined)
test('no resources', wipes, ofDebian, undefined)
test('a resource in a comment', wipes, named('', '<!-- <primitive id="a" class="ocf" type="Dummy"/> -->'), undefined)
test(
  'a resource in a comment of several lines',
  wipes,
  named('<!--\n  <primitive id="a" class="ocf" type="Dummy">\n-->'),
  undefined,
)
test('a resource', wipes, named('', '<primitive id="a" class="ocf" type="Dummy"/>'), inUse)
test('a resource in a group', wipes, named('', '<group id="g"><primitive\n id="a"/></group>'), inUse)
test('a CIB that cannot be read', wipes, ofDebian.replace('</cib>', ''), /cannot be read, and was not changed/)
test('an empty CIB', wipes, '', /cannot be read, and was not changed/)
