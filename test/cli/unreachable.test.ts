import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { closedPort, localSshd, noSshd } from '../ssh/local-sshd.js'
import { folderOf, haRun, inventoryOf, jsonLines, main } from './ha-run.js'

const withSshd = noSshd === undefined ? test : test.skip
if (noSshd !== undefined) test(`what needs a real sshd is left out: ${noSshd}`, t => t.pass())

/** An ssh configuration without keys and known hosts. */
function emptyConfig(t: ExecutionContext): string {
  const file = join(folderOf(t), 'config')
  writeFileSync(
    file,
    'Host *\n  UserKnownHostsFile /dev/null\n  GlobalKnownHostsFile none\n  IdentityFile /nonexistent\n',
  )
  return file
}

test('a closed port: exit code 4, the error of each node and a hint', async t => {
  const inventory = inventoryOf(t, closedPort, closedPort)
  const { exit, stdout, stderr } = await haRun(t, 'site', '--check', '-i', inventory, '-F', emptyConfig(t))
  t.is(exit, 4)
  const output = stdout + stderr
  t.regex(output, /node1: the connection was refused/)
  t.regex(output, /node2: the connection was refused/)
  t.regex(output, /is sshd running there/)
})

test('verify --json of closed ports: an error for each node, the summary last', async t => {
  const inventory = inventoryOf(t, closedPort, closedPort)
  const { exit, stdout } = await haRun(t, 'verify', '--json', '-i', inventory, '-F', emptyConfig(t))
  t.is(exit, 4)
  const events = jsonLines(stdout)
  t.is(events[0]?.event, 'run')
  t.deepEqual(
    events
      .filter(({ event }) => event === 'error')
      .map(({ host, status }) => `${host} ${status}`)
      .toSorted(),
    ['node1 unreachable', 'node2 unreachable'],
  )
  t.like(events.at(-1), { event: 'summary', unreachable: 2, exit: 4 })
})

test('the status of unreachable nodes: exit code 4, and their names', async t => {
  const { exit, stdout, stderr } = await haRun(
    t,
    'status',
    '-i',
    inventoryOf(t, closedPort, closedPort),
    '-F',
    emptyConfig(t),
  )
  t.is(exit, 4, stdout + stderr)
  t.regex(
    stdout,
    /no node answers\n  . node1: the connection was refused\n    -> is sshd running there.*\n  . node2: the connection was refused\n/,
  )
  // On a busy machine, a notice may say which nodes are awaited.
  t.is(stderr.replaceAll(/^note {2}waiting for .*\n/gm, ''), '')
})

test('an import of an unreachable node: exit code 4, its name, and no inventory', async t => {
  const config = join(folderOf(t), 'config')
  writeFileSync(config, `Host *\n  Port ${closedPort}\n`)
  const { exit, stdout, stderr } = await haRun(t, 'import', '127.0.0.1', '-F', config)
  t.is(exit, 4)
  t.is(stdout, '')
  t.regex(stderr, /127\.0\.0\.1: the connection was refused[^]*is sshd running there/)
})

withSshd('an import of a node without a cluster: exit code 2, its name, and no inventory', async t => {
  const server = await localSshd(t)
  const config = join(folderOf(t), 'config')
  writeFileSync(config, `Host *\n  Port ${server.port}\n${readFileSync(server.configFile, 'utf8')}`)
  const { exit, stdout, stderr } = await haRun(t, 'import', '127.0.0.1', '-F', config)
  t.is(exit, 2)
  t.is(stdout, '')
  t.regex(stderr, /127\.0\.0\.1: no cluster runs here: Corosync does not answer\n.*systemctl start corosync pacemaker/)
})

test('status --json of closed ports: an error for each node, a status for each cluster, the summary last', async t => {
  const { exit, stdout } = await haRun(
    t,
    'status',
    '--json',
    '-i',
    inventoryOf(t, closedPort, closedPort),
    '-F',
    emptyConfig(t),
  )
  t.is(exit, 4)
  const events = jsonLines(stdout)
  t.deepEqual(
    events.map(({ event, host }) => host ?? event),
    ['node1', 'node2', 'status', 'summary'],
  )
  t.like(events.at(-1), { unreachable: 2, exit: 4 })
})

test('status --watch of a dozen nodes warns of no leak, and ends when its reader ends', async t => {
  const inventory = inventoryOf(t, ...Array.from({ length: 12 }, () => closedPort))
  const argv = [main, 'status', '--watch', '--json', '-i', inventory, '-F', emptyConfig(t)]
    .map(word => `'${word}'`)
    .join(' ')
  const { stdout, stderr, status } = spawnSync(
    'sh',
    ['-c', `{ '${process.execPath}' ${argv}; echo "exit $?" >&2; } | head -n 1`],
    { encoding: 'utf8', timeout: 120_000 },
  )
  t.is(stdout.trim().split('\n').length, 1)
  t.is(stderr, 'exit 0\n')
  t.is(status, 0)
})

test('a failed run writes its report; a report that cannot be written is refused before the run', async t => {
  const [inventory, config, folder] = [inventoryOf(t, closedPort, closedPort), emptyConfig(t), folderOf(t)]
  const file = join(folder, 'report.html')
  const { exit } = await haRun(t, 'verify', '--report', file, '-i', inventory, '-F', config)
  t.is(exit, 4)
  const page = readFileSync(file, 'utf8')
  t.regex(page, /<h1 class="bad">Not verified<\/h1>/)
  t.regex(page, /node1: the connection was refused/)
  t.true(page.endsWith('</html>\n'))
  // This name is valid, and that of the temporary file beside it is too long.
  const late = await haRun(t, 'verify', '--report', join(folder, 'r'.repeat(250)), '-i', inventory, '-F', config)
  t.is(late.exit, 4)
  t.regex(late.stderr, /cannot be written: ENAMETOOLONG/)
  for (const unwritable of [join(folder, 'nowhere', 'report.html'), join(file, 'report.html'), folder]) {
    for (const flag of ['--report', '--junit']) {
      const refused = await haRun(t, 'verify', flag, unwritable, '-i', inventory, '-F', config, '--json')
      t.is(refused.exit, 1)
      t.true(
        jsonLines(refused.stdout)[0]?.error?.message.startsWith(`${unwritable} cannot be written: `),
        refused.stdout,
      )
    }
  }
})

test('a run on a dozen nodes warns of no leak', async t => {
  const { exit, stderr } = await haRun(
    t,
    'verify',
    '--json',
    '-i',
    inventoryOf(t, ...Array.from({ length: 12 }, () => closedPort)),
    '-F',
    emptyConfig(t),
  )
  t.is(exit, 4)
  t.is(stderr, '')
})

withSshd('an unknown host key: exit code 4, its fingerprint and a hint; it is not accepted', async t => {
  const server = await localSshd(t)
  writeFileSync(server.knownHosts, '')
  const { exit, stdout } = await haRun(
    t,
    'site',
    '--json',
    '--check',
    '-i',
    inventoryOf(t, server.port, server.port),
    '-F',
    server.configFile,
  )
  t.is(exit, 4)
  const error = jsonLines(stdout).find(({ host }) => host === 'node1')?.error
  t.is(error?.message, `node1: the host key is not known: it is ${server.fingerprint} (ED25519)`)
  t.regex(error?.hint ?? '', /compare the fingerprint/)
  t.is(readFileSync(server.knownHosts, 'utf8'), '')
})

withSshd('a changed host key: exit code 4, a hint, and known_hosts stays as it was', async t => {
  const server = await localSshd(t)
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(server.folder, 'other')])
  const known = `[127.0.0.1]:${server.port} ${readFileSync(join(server.folder, 'other.pub'), 'utf8')}`
  writeFileSync(server.knownHosts, known)
  const { exit, stdout, stderr } = await haRun(
    t,
    'site',
    '--check',
    '-i',
    inventoryOf(t, server.port, server.port),
    '-F',
    server.configFile,
  )
  t.is(exit, 4)
  t.regex(stdout + stderr, /node1: the host key differs from the one in known_hosts/)
  t.regex(stdout + stderr, /ssh-keygen -R/)
  t.is(readFileSync(server.knownHosts, 'utf8'), known)
})

withSshd('one node of two is unreachable: the other is checked', async t => {
  const server = await localSshd(t)
  const { exit, stdout } = await haRun(
    t,
    'apache',
    '--json',
    '--check',
    '-i',
    inventoryOf(t, server.port, closedPort),
    '-F',
    server.configFile,
  )
  t.is(exit, 4)
  const events = jsonLines(stdout)
  t.true(events.some(({ event, host }) => event === 'task' && host === 'node1'))
  t.like(events.at(-1), { event: 'summary', unreachable: 1, exit: 4 })
})
