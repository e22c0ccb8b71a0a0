import test from 'ava'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { createStyle } from '../../runner/ui/style.js'
import { writeText } from '../../runner/ui/write.js'
import { collector } from './collector.js'

const style = createStyle({ color: true, utf8: true })

function written(lines: string[], columns: number, isTTY = true): string[] {
  const out = collector({ isTTY, columns, rows: 24 })
  writeText(out, lines)
  return out.text().split('\n').slice(0, -1)
}

const wraps = test.macro({
  exec: (t, line: string, expected: string[]) => t.deepEqual(written([line], 41), expected),
  title: (name = '') => `a long line wraps between words: ${name}`,
})

test(
  'below its text, after its mark',
  wraps,
  '  -> start it there with systemctl start corosync, or name another member',
  ['  -> start it there with systemctl start', '     corosync, or name another member'],
)
test('below its last column', wraps, '  quorum  FAILED   node1 sees 1 of 2 votes, and so has no quorum', [
  '  quorum  FAILED   node1 sees 1 of 2',
  '                   votes, and so has no',
  '                   quorum',
])
test(
  'indented by two if its last column is far to the right',
  wraps,
  '  a name of a task that is rather long  ok  evidence',
  ['  a name of a task that is rather long', '    ok  evidence'],
)
test('indented by two, whatever the first word is', wraps, '  no task of a name that is rather long  ok  evidence', [
  '  no task of a name that is rather',
  '    long  ok  evidence',
])
test(
  'a word that has no room stays whole, for whoever copies it',
  wraps,
  '  -> /a/path/that/is/longer/than/the/terminal/is/wide is missing',
  ['  -> /a/path/that/is/longer/than/the/terminal/is/wide', '     is missing'],
)
for (const line of [
  '    -ServerName a very long line of a configuration file',
  '  | a long line of the output of a command that failed',
  '  $ corosync -t -c /etc/corosync/corosync.conf.staged',
]) {
  test(`not if people may copy it: ${line.trim().charAt(0)}`, wraps, line, [line])
}

test('colours go on in the next line, and indentation has none', t => {
  const [first, second] = written([`${style.bad('✖')} ${style.bad('one two three four')}`], 15)
  t.is(first, '\x1b[31m✖\x1b[39m \x1b[31mone two\x1b[39m')
  t.is(second, '  \x1b[31mthree four\x1b[39m')
})

test('characters that take two columns count as two', t => {
  const lines = written(['日本 '.repeat(30)], 40)
  t.true(lines.length > 1)
  t.true(lines.every(line => stringWidth(line) < 40))
})

test('wrapping loses no word and keeps to the width', t => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 40 }),
      fc.array(fc.constantFrom(' ', ' ', ' ', '  '), { minLength: 40, maxLength: 40 }),
      fc.nat(6),
      fc.integer({ min: 24, max: 80 }),
      (words, gaps, indent, columns) => {
        const line =
          ' '.repeat(indent) +
          words
            .map((word, at) => word + gaps[at]!)
            .join('')
            .trimEnd()
        const lines = written([line], columns)
        t.deepEqual(lines.join(' ').trim().split(/ +/), words)
        t.true(
          lines.every(each => each.length < columns),
          lines.join('\n'),
        )
      },
    ),
  )
})

test('nothing wraps in a pipe', t => {
  const line = 'word '.repeat(60)
  t.deepEqual(written([line], 40, false), [line])
})
