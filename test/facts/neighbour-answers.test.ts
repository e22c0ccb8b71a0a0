import { spawnSync } from 'node:child_process'
import test from 'ava'
import { TaskError } from '../../runner/errors.js'
import { answersIn, neighbourAnswers } from '../../runner/facts/neighbour-answers.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode } from '../ssh/local-shell.js'

test('the interface, and the hardware addresses that answered', t => {
  t.deepEqual(answersIn('eth0\n', '192.168.0.10'), { interface: 'eth0', macs: [] })
  t.deepEqual(answersIn('eth0.7 0e:f2:db:86:62:d2 be:ee:18:58:0b:1b\n', '192.168.0.10'), {
    interface: 'eth0.7',
    macs: ['0e:f2:db:86:62:d2', 'be:ee:18:58:0b:1b'],
  })
})

test('a node that has the address sends no probe', t => {
  t.is(answersIn('own address\n', '192.168.0.10'), undefined)
})

test('the error has the reason why no probe was sent', t => {
  for (const [output, why] of [
    ['', /no perl/],
    ['eth0: No such device\n', /No such device/],
    ['no interface is in its network\n', /no interface/],
    ['sh: 1: perl: not found\n', /perl: not found/],
  ] as const) {
    const answer = answersIn(output, '192.168.0.10')
    t.true(answer instanceof Error)
    t.regex((answer as Error).message, why)
  }
})

test('the program is valid Perl without modules, and each address has its own answer', t => {
  const { family } = neighbourAnswers('192.0.2.1')
  const program = /perl -e ('[^]*?') 192\.0\.2\.1/.exec(family.script(['192.0.2.1']))![1]!
  t.false(/^use (?!strict)/m.test(program))
  const { status, stderr } = spawnSync('sh', ['-c', `perl -c -e ${program}`], { encoding: 'utf8' })
  t.is(status, 0, stderr)
  t.deepEqual(family.parse({ stdout: 'eth0\n\0eth0 0e:f2:db:86:62:d2\n\0' } as never, ['192.0.2.1', '192.0.2.2']), [
    { interface: 'eth0', macs: [] },
    { interface: 'eth0', macs: ['0e:f2:db:86:62:d2'] },
  ])
})

test('an ARP probe that cannot read /sys is an error that names node and file', async t => {
  const { family } = neighbourAnswers('192.0.2.1')
  const script = () => `printf '/sys/class/net/eth0/ifindex: Permission denied\\n\\0'`
  const answers = new FactReader(localNode(t, 'node2')).read({ family: { ...family, script }, argument: '192.0.2.1' })
  await t.throwsAsync(answers, {
    instanceOf: TaskError,
    message: 'node2: cannot send an ARP probe for 192.0.2.1: /sys/class/net/eth0/ifindex: Permission denied',
  })
})

test('an IPv6 address is asked for by neighbour discovery, from an address of the node', t => {
  const { family } = neighbourAnswers('fd00:1::10')
  t.not(family, neighbourAnswers('192.0.2.1').family)
  const script = family.script(['fd00:1::10'])
  t.regex(script, /ip -o addr show to fd00:1::10\/128/)
  const program = /perl -e ('[^]*?') fd000001000000000000000000000010/.exec(script)![1]!
  t.false(/^use (?!strict)/m.test(program))
  const { status, stderr } = spawnSync('sh', ['-c', `perl -c -e ${program}`], { encoding: 'utf8' })
  t.is(status, 0, stderr)
  t.regex((answersIn('', 'fd00:1::10') as Error).message, /^cannot send an NDP probe for fd00:1::10: no perl/)
})
