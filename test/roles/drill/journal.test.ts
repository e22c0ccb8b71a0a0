import { readFileSync } from 'node:fs'
import test from 'ava'
import { journalScript, parseJournal } from '../../../roles/drill/journal.js'

/** Journals of nodes in a lab, by Debian release. */
const read = (name: string) => parseJournal(readFileSync(`test/cases/drill/${name}.txt`, 'utf8'))
  .map(entry => [Math.round(entry.at) - 1795804680_000, entry.kind, ...entry.kind === 'started' ? [entry.resource, entry.node] : []].join(' '))

test('the journal of a planned move', t => {
  t.deepEqual(read('standby-12'), [
    '2369 transition', '2361 transition', '4541 transition', '4641 started FloatIP node2', '4982 started WebSite node2',
  ])
})

test('a node that is lost, and comes back', t => {
  t.deepEqual(read('killed-12'), [
    '25123 left', '25127 transition', '25257 started FloatIP node1', '25455 started WebSite node1', '35274 transition',
  ])
})

const line = (words: string) => parseJournal(`1795804682.000001 node1 pacemaker-controld[1840]:  notice: ${words}\n`)

test('what other versions say', t => {
  t.like(line('Result of start operation for FloatIP on node2: OK')[0], { kind: 'started', resource: 'FloatIP' })
  t.like(line('Result of start operation for FloatIP on node2: 0 (ok)')[0], { kind: 'started', resource: 'FloatIP' })
  t.like(line('Result of start operation for WebSite:1 on node2: ok')[0], { kind: 'started', resource: 'WebSite' })
})

test('what is no news', t => {
  for (const words of ['Result of start operation for WebSite on node2: error', 'Result of monitor operation for WebSite on node2: ok', 'State transition S_TRANSITION_ENGINE -> S_IDLE']) t.deepEqual(line(words), [], words)
  t.deepEqual(parseJournal(''), [])
})

test('whole seconds, which every journalctl knows', t => {
  t.regex(journalScript(1795804682.9), /--since @1795804682 /)
})
