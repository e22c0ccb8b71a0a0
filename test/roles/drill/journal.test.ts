import { readFileSync } from 'node:fs'
import test from 'ava'
import { journalScript, parseJournal } from '../../../roles/drill/journal.js'

/** Journals of nodes in a lab, by Debian release. */
const read = (name: string) =>
  parseJournal(readFileSync(`test/cases/drill/${name}.txt`, 'utf8')).map(event =>
    [
      Math.round(event.at) - 1795804680_000,
      event.kind,
      ...(event.kind === 'started' ? [event.resource, event.node] : []),
    ].join(' '),
  )

test('the journal of a planned move', t => {
  t.deepEqual(read('standby-12'), [
    '2369 transition',
    '2361 transition',
    '4541 transition',
    '4641 started FloatIP node2',
    '4982 started WebSite node2',
  ])
})

test('the journal when a node is lost and comes back', t => {
  t.deepEqual(read('killed-12'), [
    '25123 left',
    '25127 transition',
    '25257 started FloatIP node1',
    '25455 started WebSite node1',
    '35274 transition',
  ])
})

const eventsOf = (message: string) =>
  parseJournal(`1795804682.000001 node1 pacemaker-controld[1840]:  notice: ${message}\n`)

test('the messages of other versions of Pacemaker', t => {
  t.like(eventsOf('Result of start operation for FloatIP on node2: OK')[0], { kind: 'started', resource: 'FloatIP' })
  t.like(eventsOf('Result of start operation for FloatIP on node2: 0 (ok)')[0], {
    kind: 'started',
    resource: 'FloatIP',
  })
  t.like(eventsOf('Result of start operation for WebSite:1 on node2: ok')[0], { kind: 'started', resource: 'WebSite' })
  t.like(eventsOf('Result of promote operation for DB on node2: ok')[0], { kind: 'promoted', resource: 'DB' })
})

test('what became of a fencing', t => {
  const fenced = { kind: 'fenced', node: 'node1' }
  t.like(eventsOf('Peer node1 was terminated (reboot) by node2 on behalf of pacemaker-controld.1840: OK')[0], fenced)
  t.like(
    eventsOf(
      'Peer node1 was terminated (off) by node2 on behalf of pacemaker-controld.918@node2: OK  | event=0a1b initiator=node2',
    )[0],
    fenced,
  )
  t.like(
    eventsOf(
      'Peer node1 was not terminated (reboot) by <anyone> on behalf of pacemaker-controld.918@node2: No such device',
    )[0],
    { kind: 'not fenced', node: 'node1' },
  )
  t.deepEqual(eventsOf('Peer node1 was terminated (on) by node2 on behalf of stonith_admin.99@node2: OK'), [])
})

test('other messages are ignored', t => {
  for (const message of [
    'Result of start operation for WebSite on node2: error',
    'Result of monitor operation for WebSite on node2: ok',
    'State transition S_TRANSITION_ENGINE -> S_IDLE',
  ])
    t.deepEqual(eventsOf(message), [], message)
  t.deepEqual(parseJournal(''), [])
})

test('the time is given in whole seconds, which every journalctl accepts', t => {
  t.regex(journalScript(1795804682.9), /--since @1795804682 /)
})
