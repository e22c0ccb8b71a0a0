/* oxlint-disable typescript/no-unsafe-type-assertion -- the script's output is all that the fact reads */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { ProcessOutput } from 'zx/core'
import { finishScript, beginScript, lastEntry, latest } from '../../../runner/cluster/cib/journal.js'

test('an entry has both CIBs, only root can read it, the highest version is the last entry, and old entries are removed', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-journal-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const run = (script: string, input = '') => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script.replaceAll('/var/lib/ha-run', folder)], {
      input,
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  }
  const read = () =>
    lastEntry.family.parse({ stdout: run(lastEntry.family.script([''])).stdout } as ProcessOutput, [''])[0]
  t.is(read(), undefined, 'no folder')
  const push = (name: string) => {
    t.like(run(beginScript(`before ${name}`.length), `before ${name}after ${name}`), { status: 0, stderr: '' })
    t.like(run(finishScript(name)), { status: 0, stderr: '' })
  }
  push('0.9-x')
  t.deepEqual(read(), { name: '0.9-x', before: 'before 0.9-x', after: 'after 0.9-x' })
  const before = '<cib admin_epoch="0" epoch="9"/>'
  run(beginScript(before.length), `${before}after`)
  t.deepEqual(
    read(),
    { name: '0.10-unfinished', before, after: 'after' },
    'the change of an interrupted run is recorded',
  )
  run(beginScript('<cib admin_epoch="0" ep'.length), '<cib admin_epoch="0" epafter')
  t.like(read(), { name: '0.9-x' }, 'an entry that was not written in full is ignored')
  for (let epoch = 10; epoch < 32; epoch += 1) push(`0.${epoch}-x`)
  t.like(read(), { name: '0.31-x' })
  t.is(readdirSync(join(folder, 'cib')).length, 20)
  push('0.7-y')
  t.deepEqual(readdirSync(join(folder, 'cib')), ['0.7-y'], 'entries above the present version are removed')
  push('0.31-x')
  t.is(statSync(join(folder, 'cib')).mode & 0o777, 0o700)
  t.is(statSync(join(folder, 'cib', '0.31-x', 'after.xml')).mode & 0o777, 0o600)
})

test('the latest entry of several nodes is used', t => {
  const entry = (name: string) => ({ name, before: '', after: '' })
  t.is(latest([entry('0.9-20261122T1'), undefined, entry('0.10-20261121T1'), entry('0.2-x')])?.name, '0.10-20261121T1')
  t.is(latest([entry('1.2-x'), entry('0.100-x')])?.name, '1.2-x')
  t.is(latest([undefined]), undefined)
})
