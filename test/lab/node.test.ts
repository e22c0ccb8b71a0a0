import { execFileSync } from 'node:child_process'
import test from 'ava'
import { nodeOf } from '../../runner/lab/names.js'
import { cableCommands, networkOffCommands } from '../../runner/lab/network.js'
import { mountCommand, nspawnCommand, powerScript } from '../../runner/lab/node.js'

const node = nodeOf('demo', 1)
const image = { root: '/image/root', packages: '/image/packages' }
const disk = '/var/lib/ha-run/lab/labs/demo/nodes/node1'

test("a node's disk is its own layer over the image", t => {
  t.deepEqual(mountCommand(node, image), [
    'mount',
    '-t',
    'overlay',
    'ha-run-demo',
    '-o',
    `lowerdir=/image/root,upperdir=${disk}/upper,workdir=${disk}/work,volatile`,
    `${disk}/root`,
  ])
})

test('a cable goes straight from namespace to namespace', t => {
  t.deepEqual(
    cableCommands(node).find(words => words.includes('veth')),
    [
      'ip',
      '-n',
      'ha-run.demo',
      'link',
      'add',
      'node1',
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      'ha-run.demo.node1',
    ],
  )
})

test('a node without power keeps neither carrier nor address, nor rules of nftables', t => {
  const commands = networkOffCommands(node)
  t.deepEqual(commands.slice(0, 2), [
    ['ip', '-n', 'ha-run.demo.node1', 'link', 'set', 'eth0', 'down'],
    ['ip', '-n', 'ha-run.demo.node1', 'address', 'flush', 'dev', 'eth0'],
  ])
  t.regex(commands[2]?.[2] ?? '', /nft flush ruleset/)
  t.is(commands[2]?.at(-1), '/run/netns/ha-run.demo.node1')
})

test("systemd-nspawn gets the node's network and the repository, and no unit of its own", t => {
  const words = nspawnCommand(node, image)
  t.deepEqual(words.slice(0, 2), ['nsenter', '--net=/run/netns/ha-run.demo.node1'])
  for (const word of ['--boot', '--keep-unit', '--register=no']) t.true(words.includes(word), word)
  t.true(words.includes('--bind-ro=/image/packages:/srv/ha-run/packages'))
})

test('the power script is valid bash, and starts the node again after a reboot only', t => {
  const script = powerScript(node, image, { watch: '/cg/watch', machine: '/cg/machine' })
  t.notThrows(() => execFileSync('bash', ['-n', '-c', script]))
  t.regex(script, /\[ \$\? = 133 \] \|\| break/)
})
