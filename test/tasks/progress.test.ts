import test from 'ava'
import { Progress } from '../../runner/tasks/progress.js'
import { FakeClock } from '../fake-clock.js'

function told() {
  const texts: string[] = []
  const clock = new FakeClock()
  return { clock, texts, progress: new Progress(text => texts.push(text), clock) }
}

test('the first text is shown at once, of many the latest, and always the last one', t => {
  const {
    clock,
    texts,
    progress: { report },
  } = told()
  for (let percent = 1; percent <= 50; percent += 1) report(`${percent} %`)
  t.deepEqual(texts, ['1 %'])
  clock.pass(300)
  t.deepEqual(texts, ['1 %', '50 %'])
  clock.pass(60_000)
  report('51 %')
  t.deepEqual(texts, ['1 %', '50 %', '51 %'])
})

test('an unchanged text is not shown again', t => {
  const {
    clock,
    texts,
    progress: { report },
  } = told()
  report()
  for (let at = 0; at < 5; at += 1) {
    report('waiting')
    clock.pass(1000)
  }
  report('waiting no')
  report('waiting')
  clock.pass(1000)
  t.deepEqual(texts, ['waiting', 'waiting no', 'waiting'])
  report()
  clock.pass(1000)
  t.is(texts.at(-1), '')
})

test('after the end nothing is shown, not even a delayed text', t => {
  const { clock, texts, progress } = told()
  progress.report('1 %')
  progress.report('2 %')
  progress.end()
  clock.pass(1000)
  progress.report('3 %')
  t.deepEqual(texts, ['1 %'])
  const calm = told()
  calm.progress.end()
  calm.progress.report('4 %')
  t.deepEqual(calm.texts, [])
})
