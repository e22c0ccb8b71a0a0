import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'

/** These folders know nothing of the cluster's software: a lint rule forbids the imports, this test the words. */
const folders = ['engine', 'facts', 'inventory', 'ssh', 'tasks', 'ui']
const words = /corosync|pacemaker|floating.?ip|quorum|\bcib\b/i

/** Lines that may have such a word all the same, by file. */
const allowed: Record<string, RegExp> = {
  'runner/inventory/check.ts': /keeps its numbers in 32 bits/,
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file))

for (const folder of folders.map(name => `runner/${name}`)) {
  test(`${folder} does not know the cluster's software`, t => {
    const found = filesIn(folder).flatMap(file =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, at) =>
          words.test(line) && !allowed[file]?.test(line) ? `${file}:${at + 1}: ${line.trim()}` : [],
        ),
    )
    t.deepEqual(found, [])
  })
}
