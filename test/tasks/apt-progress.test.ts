import { readFileSync } from 'node:fs'
import test from 'ava'
import { followApt } from '../../runner/tasks/apt-progress.js'

/** What is told of these lines, repetitions left out. */
function told(lines: string[]): string[] {
  const texts: string[] = []
  const follow = followApt((text = '') => {
    if (texts.at(-1) !== text) texts.push(text)
  })
  for (const line of lines) follow(line)
  return texts
}

test('an update, two locks and an installation, with the messages of apt 2.6', t => {
  const said = told(readFileSync('test/cases/blocks/apt/install.txt', 'utf8').split('\n'))
  t.deepEqual(said, readFileSync('test/cases/blocks/apt/install.told', 'utf8').trimEnd().split('\n'))
})

test('a lock whose process apt does not know', t => {
  t.deepEqual(told(['E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)']), [
    'waiting for another apt',
  ])
})

test('other messages are no progress', t => {
  t.deepEqual(
    told([
      '',
      'Setting up curl (7.88) ...\r',
      'dlstatus',
      'pmstatus:curl',
      'pmstatus:curl:x:y',
      'pmerror:curl:12.5:failed',
      'media-change: x',
    ]),
    [],
  )
})
