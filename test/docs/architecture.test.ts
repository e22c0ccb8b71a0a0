import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'

/** Names of architectures, their directories and the commands that print them. */
const names = /\b(x86|i[36]86|amd64|arm64|aarch64|arm(el|hf|v\d)|riscv)|linux-gnu|uname -[mpia]|print-architecture/i

for (const folder of ['runner', 'roles']) {
  test(`${folder}: nothing depends on the architecture of a node, as docs/releases.md says`, t => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
    t.true(files.length > 0)
    const found = files.flatMap(file =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .flatMap((line, at) => (names.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
    )
    t.deepEqual(found, [])
  })
}
