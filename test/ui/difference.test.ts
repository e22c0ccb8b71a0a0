import test from 'ava'
import type { TaskEvent } from '../../runner/engine/events.js'
import { changeLines, differenceLines, shareDifferences } from '../../runner/ui/difference.js'
import { createStyle } from '../../runner/ui/style.js'

const plain = createStyle({ color: false, utf8: true })
const coloured = createStyle({ color: true, utf8: true })

const shown = test.macro({
  exec(t, from: string | undefined, to: string | undefined, expected: string[]) {
    t.deepEqual(differenceLines({ subject: 'x', from, to }, plain), expected)
  },
  title: title => `a difference of ${title}`,
})

test('two values', shown, '0600', '0644', ['x: 0600 -> 0644'])
test('nothing before', shown, undefined, 'installed', ['x: (absent) -> installed'])
test('nothing after', shown, 'installed', undefined, ['x: installed -> (absent)'])
test('an empty value', shown, '', 'a', ['x: "" -> a'])
test('white space at an end', shown, 'a ', 'a', ['x: "a " -> "a"'])
test('the text of an absent value', shown, '(absent)', undefined, ['x: "(absent)" -> (absent)'])
test('two hidden values', shown, '********', '********', ['x: differs, and both values are shown as ********'])
test('two hidden texts', shown, '*\n', '*\n', ['x: differs, and both values are shown alike'])
test('several lines', shown, 'a\nb\n', 'a\nc\n', [
  '--- x  (now)',
  '+++ x  (declared)',
  '@@ -1,2 +1,2 @@',
  ' a',
  '-b',
  '+c',
])
test('a new file', shown, undefined, 'a\n\tb\n', [
  '--- x  (absent)',
  '+++ x  (declared)',
  '@@ -0,0 +1,2 @@',
  '+a',
  '+    b',
])
test('a last newline', shown, 'a\nb', 'a\nb\n', [
  '--- x  (now)',
  '+++ x  (declared)',
  '@@ -1,2 +1,2 @@',
  ' a',
  '-b',
  '\\ No newline at end of file',
  '+b',
])
test('lines that look like a header', shown, 'a\n-- b\n', 'a\n', [
  '--- x  (now)',
  '+++ x  (declared)',
  '@@ -1,2 +1,1 @@',
  ' a',
  '--- b',
])

test('three lines of context at most', t => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  const changed = lines.with(10, 'new')
  t.is(
    differenceLines({ subject: 'x', from: lines.join('\n'), to: changed.join('\n') }, plain).length,
    2 + 1 + 3 + 2 + 3,
  )
})

test('each side has its colour', t => {
  t.deepEqual(differenceLines({ subject: 'x', from: '1', to: '2' }, coloured), [
    'x: \x1b[31m1\x1b[39m -> \x1b[32m2\x1b[39m',
  ])
})

test('a change has its note and its effects', t => {
  const event: TaskEvent = {
    event: 'task',
    cluster: 'web',
    role: 'r',
    task: 't',
    status: 'would-change',
    ms: 0,
    diff: [{ subject: 'totem.token', from: '1', to: '2', note: 'live' }],
    effects: ['FloatIP moves node1 -> node2'],
  }
  t.deepEqual(changeLines([event], 'would-change', 'values', plain).slice(1), [
    '  web  r: t',
    '    totem.token: 1 -> 2  (live)',
    '    => FloatIP moves node1 -> node2',
  ])
  t.deepEqual(changeLines([event], 'would-change', 'subjects', plain).slice(1), [
    '  web  r: t',
    '    totem.token  (live)',
    '    => FloatIP moves node1 -> node2',
  ])
  t.deepEqual(changeLines([event], 'would-change', 'tasks', plain).slice(1), [
    '  web  r: t',
    '    => FloatIP moves node1 -> node2',
  ])
})

test('a difference that is equal on several nodes is shown once, others separately', t => {
  const mode = { subject: 'mode', from: '1', to: '2' }
  const event = (host: string, ...diff: TaskEvent['diff'] & object): TaskEvent => {
    return { event: 'task', cluster: 'c', host, role: 'r', task: 't', status: 'changed', ms: 0, diff }
  }
  const own = { subject: 'text', from: 'a', to: 'node2' }
  t.deepEqual(shareDifferences([event('node1', mode), event('node2', mode, own), event('node3')]), [
    { hosts: ['node1', 'node2'], role: 'r', task: 't', differences: [mode], effects: [] },
    { hosts: ['node2'], role: 'r', task: 't', differences: [own], effects: [] },
    { hosts: ['node3'], role: 'r', task: 't', differences: [], effects: [] },
  ])
})
