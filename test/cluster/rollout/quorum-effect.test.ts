import test from 'ava'
import { quorumEffect } from '../../../runner/cluster/rollout/quorum-effect.js'
import { lostProtection } from '../../../runner/cluster/rollout/lost-protection.js'
import type { Quorum } from '../../../runner/cluster/corosync/quorumtool.js'

const conf = (quorum: string) => `quorum {\n${quorum}\n}\n`
const device = 'device {\nmodel: net\nvotes: 1\nnet {\nhost: 192.168.0.3\n}\n}'
const member = (nodeId: number) => ({ nodeId, votes: 1, name: `node${nodeId}`, self: nodeId === 1 })

/** Two nodes as they are, and those that are up. */
const state = (more: Partial<Quorum> = {}, up = [1, 2]): Quorum => ({
  quorate: true,
  nodes: up.length,
  nodeId: 1,
  ringId: '1.9',
  votes: { expected: 2, total: up.length, quorum: 1 },
  flags: ['2Node', 'Quorate', 'WaitForAll'],
  members: up.map(member),
  ...more,
})

test('an arbiter for two nodes: both together keep the quorum until it votes', t => {
  t.deepEqual(quorumEffect(conf(`expected_votes: 3\n${device}`), state()), {
    sentence:
      'quorum will need 2 of 3 votes instead of 1 of 2 votes (two_node): the running nodes have 2, and the arbiter will add 1',
    isLost: false,
  })
})

test('a device that was registered once and has no vote will add it', t => {
  const effect = quorumEffect(conf(`expected_votes: 3\n${device}`), state({ device: { votes: 0 } }))
  t.true(effect?.sentence.endsWith(': the running nodes have 2, and the arbiter will add 1'))
})

test('one node alone would lose the quorum at the reload', t => {
  t.true(quorumEffect(conf(`expected_votes: 3\n${device}`), state({}, [1]))?.isLost)
  t.false(quorumEffect(conf(`expected_votes: 3\n${device}`), state({ quorate: false }, [1]))?.isLost)
})

test('a device that votes counts, unless it is removed', t => {
  const votes = { expected: 3, total: 2, quorum: 2 }
  const now = state({ votes, flags: ['Quorate', 'Qdevice'], device: { votes: 1 } }, [1])
  t.deepEqual(quorumEffect(conf('expected_votes: 2\ntwo_node: 1'), now), {
    sentence: 'quorum will need 1 of 2 votes (two_node) instead of 2 of 3 votes: the running nodes have 1',
    isLost: false,
  })
  t.like(quorumEffect(conf(`expected_votes: 3\n${device}`), now), { isLost: false })
  t.like(quorumEffect(conf('expected_votes: 2'), now), { isLost: true })
})

test('without votequorum, nothing is counted', t => {
  const { votes: _, ...others } = state()
  t.is(quorumEffect(conf('expected_votes: 2'), others), undefined)
})

test('the arbiter that goes is a loss', t => {
  t.is(
    lostProtection({ subject: 'quorum.device.model', from: 'net', to: undefined }),
    'the arbiter has no vote any more',
  )
  t.is(lostProtection({ subject: 'quorum.device.model', from: undefined, to: 'net' }), undefined)
})
