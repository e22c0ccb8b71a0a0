import test from 'ava'
import { FencingWatch } from '../../../roles/drill/fencing-watch.js'
import type { View } from '../../../roles/drill/observer.js'
import type { FencingEvent } from '../../../runner/cluster/pacemaker/crm-mon.js'
import { stateOf } from '../verify/state.js'

const event = (target: string, status: FencingEvent['status'], at?: string, action = 'reboot'): FencingEvent => ({
  action,
  target,
  status,
  client: 'pacemaker-controld.1',
  origin: 'node2',
  ...(at !== undefined && { at }),
})
const view = (fencingHistory: FencingEvent[], unclean: string[] = []): View => {
  const state = stateOf({ resources: {} })
  return {
    node: 'node2',
    state: {
      ...state,
      fencingHistory,
      nodes: state.nodes.map(node => ({ ...node, unclean: unclean.includes(node.name) })),
    },
    ring: undefined,
  }
}
const before = [event('node1', 'success', '10:00'), event('node1', 'failed', '09:00')]

test('what was known before does not count', t => {
  t.deepEqual(new FencingWatch(before).seen([view(before)]), { fenced: [], isPending: false, failedForMs: undefined })
  t.deepEqual(new FencingWatch(before).seen([]), { fenced: [], isPending: false, failedForMs: undefined })
})

test('a fencing that succeeds is remembered, also if no node reports it any more', t => {
  const watch = new FencingWatch(before)
  t.true(watch.seen([view([event('node1', 'pending'), ...before])]).isPending)
  t.true(watch.seen([view(before, ['node1'])]).isPending, 'an unclean node is still to be fenced')
  const done = { fenced: ['node1'], isPending: false, failedForMs: undefined }
  t.deepEqual(watch.seen([view([event('node1', 'success', '11:00'), ...before], ['node1'])]), done)
  t.deepEqual(watch.seen([]), done)
})

test('each side of a cut has a history of its own', t => {
  const watch = new FencingWatch([])
  const views = [view([event('node2', 'success', '11:00')]), view([event('node1', 'success', '11:00')])]
  t.deepEqual(watch.seen(views).fenced, ['node2', 'node1'])
})

test('the first failure counts, and switching a node on is no fencing', t => {
  let now = 1000
  const watch = new FencingWatch([], () => now)
  t.is(watch.seen([view([event('node1', 'failed', '11:00')])]).failedForMs, 0)
  now += 700
  const seen = watch.seen([
    view([
      event('node1', 'success', '11:02', 'on'),
      event('node1', 'failed', '11:01'),
      event('node1', 'failed', '11:00'),
    ]),
  ])
  t.deepEqual(seen, { fenced: [], isPending: false, failedForMs: 700 })
})
