/* oxlint-disable typescript/no-unsafe-type-assertion -- parsed text has the type that the test expects */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { load } from 'js-yaml'
import { statusQuery, viewIn, viewOf } from '../../../runner/cluster/status/view.js'
import { ConnectError } from '../../../runner/errors.js'
import { answering } from '../../roles/corosync/cluster.js'
import { shells } from '../../ssh/local-shell.js'

/** What a tool printed on a Debian node once: one of the parsers' cases. */
const printed = (file: string) =>
  (load(readFileSync(join('test', 'cases', 'cluster', file), 'utf8')) as { output: string }).output

const corosync31 = {
  quorum: printed('quorumtool/two-nodes-corosync31.yml'),
  links: printed('cfgtool/corosync31-two-links.yml'),
  cmap: printed('cmap/corosync31.yml'),
}
const units = (corosync: string, pacemaker: string) =>
  [corosync, pacemaker]
    .map(
      active =>
        `LoadState=${active === 'not-found' ? active : 'loaded'}\nActiveState=${active === 'not-found' ? 'inactive' : active}\n`,
    )
    .join('\n')

const viewFrom = (stdout: string) => viewIn(stdout, ['192.168.0.10'])

interface Told {
  quorum?: string
  links?: string
  cmap?: string
  state?: string
  constraints?: string
  addresses?: string
  units?: string
}

/** A glance's output; what is left out has failed with `code`. */
function output(
  { quorum, links, cmap, state, constraints, addresses = '', units: states = units('active', 'active') }: Told,
  code = 1,
): string {
  const answers = [quorum, links, cmap, state, constraints].map(
    text => `${text ?? ''}\0${text === undefined ? code : 0}\0`,
  )
  return `${answers.join('')}${addresses}\0${states}`
}

for (const release of ['debian11', 'debian12', 'debian13']) {
  test(`the view of a node with ${release}`, t => {
    const view = viewFrom(
      output({
        ...corosync31,
        state: printed(`crm-mon/group-clone-bundle-failures-${release}.yml`),
        constraints:
          '<constraints><rsc_location id="cli-ban-WebSite-on-node2" rsc="WebSite"/><rsc_location id="mine"/></constraints>',
        addresses: '2: eth0    inet 192.168.0.10/24 scope global eth0\n',
      }),
    )
    t.deepEqual(view.unread, [])
    t.deepEqual(view.silent, {})
    t.is(view.quorum?.ringId, '1.2c')
    t.is(view.links?.length, 2)
    t.is(view.cmap?.get('nodelist.node.0.name')?.value, 'node1')
    t.true(view.state!.failures.length > 0)
    t.deepEqual([...view.interfaces], [['192.168.0.10', ['eth0']]])
    t.deepEqual(view.leftovers, ['cli-ban-WebSite-on-node2'])
  })
}

const leftovers: Record<string, [constraints: string, expected: string[]]> = {
  'attributes in another order': [
    '<constraints><rsc_location rsc="a" node="n" id="cli-ban-a-on-n"/></constraints>',
    ['cli-ban-a-on-n'],
  ],
  'single quotes': ["<constraints><rsc_location id='cli-prefer-a' rsc='a'/></constraints>", ['cli-prefer-a']],
  'an attribute a line': [
    '<constraints>\n  <rsc_location\n    id="cli-prefer-a"\n    rsc="a"/>\n</constraints>',
    ['cli-prefer-a'],
  ],
  'in a comment': ['<constraints><!-- <rsc_location id="cli-prefer-a" rsc="a"/> --></constraints>', []],
  none: ['<constraints/>', []],
}

for (const [title, [constraints, expected]] of Object.entries(leftovers)) {
  test(`constraints of a move or ban: ${title}`, t => {
    const view = viewFrom(output({ constraints }))
    t.deepEqual(view.leftovers, expected)
    t.deepEqual(view.unread, [])
  })
}

test('constraints that cannot be parsed are reported', t => {
  const view = viewFrom(output({ constraints: '<constraints><rsc_location id="cli-prefer-a"' }))
  t.deepEqual(view.leftovers, [])
  t.is(view.unread.length, 1)
})

const silence = test.macro({
  exec: (t, told: Told, code: number, silent: object) => {
    const view = viewFrom(output(told, code))
    t.deepEqual(view.silent, silent)
    t.is(view.state, undefined)
    t.deepEqual(view.unread, [])
  },
  title: (name = '') => `silent: ${name}`,
})

test('neither daemon is installed', silence, { units: units('not-found', 'not-found') }, 127, {
  corosync: 'not installed',
  pacemaker: 'not installed',
})
test('neither runs', silence, { units: units('inactive', 'inactive') }, 1, {
  corosync: 'not running',
  pacemaker: 'not running',
})
test('Corosync was killed', silence, { units: units('failed', 'activating') }, 1, {
  corosync: 'failed',
  pacemaker: 'starting',
})
test('Pacemaker hangs', silence, { ...corosync31, units: units('active', 'active') }, 124, {
  pacemaker: 'not answering',
})
test('no systemd', silence, { units: '' }, 127, { corosync: 'not installed', pacemaker: 'not installed' })

test('quorumtool’s exit code 2 means "not quorate" and is a valid answer', t => {
  const blocked = printed('quorumtool/blocked-after-full-stop-corosync31.yml')
  const { quorum, silent } = viewFrom(
    output({ units: units('active', 'active') }, 1).replace('\x001\0', `${blocked}\x002\0`),
  )
  t.like(quorum, { quorate: false })
  t.deepEqual(Object.keys(silent!), ['pacemaker'])
})

test('an answer that cannot be parsed is reported, and the others are kept', t => {
  const view = viewFrom(output({ ...corosync31, links: 'what?', state: '<nonsense/>' }))
  t.is(view.unread.length, 2)
  t.regex(view.unread.join('\n'), /corosync-cfgtool -s: what\?/)
  t.is(view.quorum?.ringId, '1.2c')
})

/** Runs a statusQuery where these commands are all that there is of the cluster's. */
function glanceWith(
  t: ExecutionContext,
  shell: string[],
  commands: Record<string, string>,
): { stdout: string; ran: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-glance-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, body] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} >>${folder}/ran\n${body}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const { family, argument } = statusQuery(['192.168.0.10'])
  // With a socket for stdin, bash would read ~/.bashrc.
  const { stdout } = spawnSync(shell[0]!, [...shell.slice(1), '-c', family.script([argument])], {
    encoding: 'utf8',
    env: { PATH: `${folder}:/usr/bin:/bin:/sbin:/usr/sbin` },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
  })
  return { stdout, ran: readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n') }
}

for (const [name, shell] of shells) {
  test(`${name}: a daemon that hangs costs 3 s once, and the other one is still queried`, t => {
    const { stdout, ran } = glanceWith(t, shell, {
      'corosync-quorumtool': 'exec sleep 20',
      'corosync-cfgtool': 'exec sleep 20',
      'corosync-cmapctl': 'exec sleep 20',
      crm_mon: 'echo said: $*',
      cibadmin: 'exit 1',
      systemctl: `printf '${units('active', 'active').replaceAll('\n', '\\n')}'`,
    })
    const words = stdout.split('\0')
    t.deepEqual(words.slice(0, 10), ['', '124', '', '124', '', '124', 'said: -1 --output-as=xml\n', '0', '', '1'])
    t.is(ran.filter(command => command.startsWith('corosync-')).length, 1, 'one that hangs is enough')
    t.deepEqual(viewFrom(stdout).silent, { corosync: 'not answering' })
  })
}

test('the facts of a run give the same view, and one that cannot be parsed is left out', async t => {
  const member = answering('node1', {
    'corosync-cmapctl': undefined,
    'corosync-cfgtool -s': undefined,
    'corosync-quorumtool -s': { ringId: '1.9' },
    'ip addr show': ['eth0'],
  })
  const view = await viewOf(member, ['192.168.0.10'])
  t.deepEqual([...view.interfaces], [['192.168.0.10', ['eth0']]])
  t.like(view, { quorum: { ringId: '1.9' }, unread: ['the test has no answer to "crm_mon "'] })
  await t.throwsAsync(viewOf({ read: () => Promise.reject(new ConnectError('node1: gone')) }, ['192.168.0.10']), {
    message: 'node1: gone',
  })
})
