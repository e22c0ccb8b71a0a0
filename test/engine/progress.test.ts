import { mock } from 'node:test'
import test from 'ava'
import { Progress } from '../../runner/engine/progress.js'

test.before(() => mock.timers.enable({ apis: ['setTimeout'] }))
test.after.always(() => mock.timers.reset())

function told() {
  const texts: string[] = []
  return { texts, progress: new Progress(text => texts.push(text)) }
}

test('the first text is told at once, of many the latest, and the last one always', t => {
  const { texts, progress: { tell } } = told()
  for (let percent = 1; percent <= 50; percent += 1) tell(`${percent} %`)
  t.deepEqual(texts, ['1 %'])
  mock.timers.tick(300)
  t.deepEqual(texts, ['1 %', '50 %'])
  mock.timers.tick(60_000)
  tell('51 %')
  t.deepEqual(texts, ['1 %', '50 %', '51 %'])
})

test('what was told already is not told again', t => {
  const { texts, progress: { tell } } = told()
  tell()
  for (let at = 0; at < 5; at += 1) {
    tell('waiting')
    mock.timers.tick(1000)
  }
  tell('waiting no')
  tell('waiting')
  mock.timers.tick(1000)
  t.deepEqual(texts, ['waiting', 'waiting no', 'waiting'])
  tell()
  mock.timers.tick(1000)
  t.is(texts.at(-1), '')
})

test('after the end nothing is told, not even what was held back', t => {
  const { texts, progress } = told()
  progress.tell('1 %')
  progress.tell('2 %')
  progress.end()
  mock.timers.tick(1000)
  progress.tell('3 %')
  t.deepEqual(texts, ['1 %'])
  const calm = told()
  calm.progress.end()
  calm.progress.tell('4 %')
  t.deepEqual(calm.texts, [])
})
