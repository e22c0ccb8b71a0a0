import test from 'ava'
import { moment, serviceFact, fact } from '../../runner/facts/fact.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode } from '../ssh/local-shell.js'

const hanging = serviceFact('ring', 'hanging', ({ exitCode }) => exitCode, 'sleep 60')
const other = serviceFact('ring', 'other', ({ exitCode }) => exitCode, 'echo never')
const cheap = fact('cheap', 'date +%s%N', ({ stdout }) => Number(stdout) / 1e6)

test('a service that hangs is waited for once, and what asks none does not wait for it', async t => {
  const node = localNode(t)
  const reader = new FactReader(node)
  const startedAt = Date.now()
  const [late, skipped, at, times] = await Promise.all([
    reader.read(hanging),
    reader.read(other),
    reader.read(cheap),
    reader.read(moment),
  ])
  t.deepEqual([late, skipped], [124, 124])
  t.true(at - startedAt < 2000, 'what asks no service is asked first')
  t.true(times.to - times.from < 2000, 'its answer counts from when it arrived')
  t.true(Date.now() - startedAt < 8000, 'only one script has timed out')
  t.is(node.session.frames, 1)
})

test('until forget(), a service that hangs is not asked again', async t => {
  const node = localNode(t)
  const reader = new FactReader(node)
  t.is(await reader.read(serviceFact('ring', 'late', ({ exitCode }) => exitCode, 'sh -c "exit 124"')), 124)
  t.is(await reader.read(other), 124)
  t.is(node.session.frames, 1)
  reader.forget()
  t.is(await reader.read(other), 0)
  t.is(node.session.frames, 2)
})
