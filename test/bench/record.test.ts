import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { Recording } from './record.js'

const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)

/** A process that asks a local shell, as a run asks a node: twice at once, then once more. */
const program = `
import { Member } from ${at('../../runner/tasks/member.js')}
import { localSession } from ${at('../ssh/local-shell.js')}
const endings = []
const { session } = localSession({ teardown: end => endings.push(end) })
const ask = (script, input) => session.run({ scripts: [script], timeoutSeconds: 10, input })
await Promise.all([ask('echo 1'), ask('echo 2')])
await ask('cat', Buffer.from('x'))
new Member({ name: 'node1', connection: { host: 'node1' } }, { name: 'node1', session }).connection
for (const end of endings) await end()
`

test('what a node was sent is noted, and how often somebody waited for it', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-bench-record-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'recording.json')
  const recorder = new URL('record.js', import.meta.url).href
  execFileSync(process.execPath, ['--import', recorder, '--input-type=module', '-e', program], {
    env: { ...process.env, HA_RUN_BENCH_RECORD: file },
    timeout: 30_000,
  })
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording
  t.deepEqual(recording, {
    node1: {
      roundTrips: 2,
      requests: [{ scripts: ['echo 1'] }, { scripts: ['echo 2'] }, { scripts: ['cat'], input: 'eA==' }],
    },
  })
})
