/* oxlint-disable typescript/no-unsafe-type-assertion -- the script's output is all that the fact reads */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { ProcessOutput } from 'zx/core'
import { beginEntry, finishEntry, lastEntry, latest } from '../../../runner/cluster/cib/journal.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import type { Remote } from '../../../runner/ssh/remote.js'
import { sent } from '../../sent.js'

const stamp = '20261122T101500Z'
const memberWith = ($: Remote) => [{ $ }] as unknown as ClusterMember[]

test('an entry has both CIBs, only root can read it, the highest version is the last entry, and old entries are removed', async t => {
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
  const begin = async (before: string, after: string) => {
    const { script, input } = await sent($ => beginEntry(memberWith($), before, after))
    return run(script, input)
  }
  const push = async (version: string) => {
    t.like(await begin(`before ${version}`, `after ${version}`), { status: 0, stderr: '' })
    const { script } = await sent($ => finishEntry(memberWith($), version, new Date('2026-11-22T10:15:00.000Z')))
    t.like(run(script), { status: 0, stderr: '' })
  }
  await push('0.9')
  t.deepEqual(read(), { name: `0.9-${stamp}`, before: 'before 0.9', after: 'after 0.9' })
  const before = '<cib admin_epoch="0" epoch="9"/>'
  await begin(before, 'after')
  t.deepEqual(
    read(),
    { name: '0.10-unfinished', before, after: 'after' },
    'the change of an interrupted run is recorded',
  )
  await begin('<cib admin_epoch="0" ep', 'after')
  t.like(read(), { name: `0.9-${stamp}` }, 'an entry that was not written in full is ignored')
  for (let epoch = 10; epoch < 32; epoch += 1) await push(`0.${epoch}`)
  t.like(read(), { name: `0.31-${stamp}` })
  t.is(readdirSync(join(folder, 'cib')).length, 20)
  await push('0.7')
  t.deepEqual(readdirSync(join(folder, 'cib')), [`0.7-${stamp}`], 'entries above the present version are removed')
  await push('0.31')
  t.is(statSync(join(folder, 'cib')).mode & 0o777, 0o700)
  t.is(statSync(join(folder, 'cib', `0.31-${stamp}`, 'after.xml')).mode & 0o777, 0o600)
})

test('the latest entry of several nodes is used', t => {
  const entry = (name: string) => ({ name, before: '', after: '' })
  t.is(latest([entry('0.9-20261122T1'), undefined, entry('0.10-20261121T1'), entry('0.2-x')])?.name, '0.10-20261121T1')
  t.is(latest([entry('1.2-x'), entry('0.100-x')])?.name, '1.2-x')
  t.is(latest([undefined]), undefined)
})
