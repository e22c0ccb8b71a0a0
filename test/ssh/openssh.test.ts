import test from 'ava'
import type { Connection } from '../../runner/inventory/site.js'
import {
  configurationArgs,
  forwardArgs,
  hostKeyName,
  hostKeyArgs,
  masterArgs,
  channelArgs,
} from '../../runner/ssh/openssh.js'

const settings = { controlDirectory: '/run/x' }
const full: Connection = { host: '-oProxyCommand=x', port: 2222, user: 'a b', keyFile: '/k y' }
const fullArgs = [
  '-F',
  '/f',
  '-p',
  '2222',
  '-l',
  'a b',
  '-i',
  '/k y',
  '-o',
  'BatchMode=yes',
  '-T',
  '--',
  '-oProxyCommand=x',
]
/** The socket bears the name's hash. */
const node1Socket = '/run/x/ca12f31b8cbf5f29'
const plainArgs = ['-o', 'BatchMode=yes', '-T', '--', 'node1']

test('the master has keep-alives, so that a dead node does not block a run', t => {
  t.deepEqual(masterArgs('node1', { host: 'node1' }, settings, 'exec sh'), [
    'ssh',
    '-M',
    '-S',
    node1Socket,
    '-o',
    'ControlPersist=no',
    '-o',
    'ConnectTimeout=10',
    '-o',
    'ServerAliveInterval=5',
    '-o',
    'ServerAliveCountMax=3',
    ...plainArgs,
    'exec sh',
  ])
})

test('a channel uses the master or fails', t => {
  t.deepEqual(channelArgs('node1', { host: 'node1' }, settings, 'exec sh'), [
    'ssh',
    '-S',
    node1Socket,
    '-o',
    'ControlMaster=no',
    '-o',
    'ProxyCommand=false',
    ...plainArgs,
    'exec sh',
  ])
})

test('a forward uses the master or fails', t => {
  t.deepEqual(forwardArgs('node1', { host: 'node1' }, settings, '192.168.0.10:80'), [
    'ssh',
    '-S',
    node1Socket,
    '-o',
    'ControlMaster=no',
    '-o',
    'ProxyCommand=false',
    '-W',
    '192.168.0.10:80',
    ...plainArgs,
  ])
})

test('ssh -G has no master and no command', t => {
  t.deepEqual(configurationArgs(full, { ...settings, configFile: '/f' }), ['ssh', '-G', ...fullArgs])
})

test("the inventory's settings come before the host, and the host is never an option", t => {
  const all = { ...settings, configFile: '/f' }
  for (const argv of [masterArgs('n', full, all, 'c'), channelArgs('n', full, all, 'c')])
    t.deepEqual(argv.slice(-14), [...fullArgs, 'c'])
  t.deepEqual(forwardArgs('n', full, all, 'a:80').slice(-13), fullArgs)
})

test('at another address, the host keeps its name on the command line, so that its configuration still applies', t => {
  const there = { host: 'node1', override: { address: '192.168.0.21', hostKeyAlias: '192.168.0.1' } }
  t.deepEqual(
    masterArgs('node1', there, settings, 'exec sh').slice(-10),
    ['-o', 'HostName=192.168.0.21', '-o', 'HostKeyAlias=192.168.0.1', ...plainArgs, 'exec sh'].slice(-10),
  )
})

test('the name of a host key in known_hosts', t => {
  t.is(hostKeyName('user root\nhostname 192.168.0.1\nport 22\n'), '192.168.0.1')
  t.is(hostKeyName('hostname 192.168.0.1\nport 2222\n'), '[192.168.0.1]:2222')
  t.is(hostKeyName('hostname fd00:1::1\nport 22\n'), 'fd00:1::1')
  t.is(hostKeyName('hostname fd00:1::1\nport 2222\n'), '[fd00:1::1]:2222')
  t.is(hostKeyName('hostname 192.168.0.1\nport 2222\nhostkeyalias pi\n'), 'pi')
})

test('a host key is read into a separate file by a login that cannot succeed', t => {
  const argv = hostKeyArgs({ host: 'node1' }, settings, '/run/x/known')
  for (const option of [
    'StrictHostKeyChecking=accept-new',
    'UserKnownHostsFile=/run/x/known',
    'GlobalKnownHostsFile=none',
    'PreferredAuthentications=none',
  ]) {
    t.is(argv[argv.indexOf(option) - 1], '-o')
  }
  t.is(argv[argv.indexOf('-S') + 1], 'none')
})

const socket = (name: string) => masterArgs(name, { host: 'h' }, settings, '')[3]!

test('a control socket stays in its directory and is short, whatever the node is called', t => {
  for (const name of ['../../etc/x', 'a/b', 'ä', 'x'.repeat(300), '%h', 'a b'])
    t.regex(socket(name), /^\/run\/x\/[\w.-]{1,40}$/)
})

// With one socket for two, what is meant for one node's siblings (forward, the end of groups) would go to the other.
test('two nodes never share a control socket', t => {
  const prefix = 'pacemaker-production-frankfurt-rack-12-pi-'
  t.not(socket(`${prefix}node1`), socket(`${prefix}node2`))
})

test('two nodes whose names differ in a character that a path cannot have do not share one either', t => {
  t.not(socket('a b'), socket('a_b'))
})
