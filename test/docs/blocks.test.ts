import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import * as api from '../../runner/public/index.js'
import { blockPages, exampleTasks, folder } from './block-pages.js'

const vars = { tool_url: 'https://example.org/tool', tool_sha256: 'ab'.repeat(32) }
const pages = blockPages()

test('the index lists every page, by the name of its block', t => {
  const rows = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| \[(\w+)\]\(([\w-]+\.md)\)/gm)]
  t.deepEqual(
    rows.map(([, block, page]) => `${page} ${block}`).toSorted(),
    pages.map(({ page, block }) => `${page} ${block}`),
  )
})

for (const { page, block, role, code } of pages) {
  test(`${page}: the example is a role with tasks, which are the same for every node`, t => {
    t.true(block in api, block)
    t.true(code.includes(`${block}(`))
    const tasksOf = (node: string) => exampleTasks({ role, code }, node, vars)
    const tasks = tasksOf('node1')
    const names = tasks.map(task => task.name)
    t.deepEqual(
      tasksOf('node2').map(task => task.name),
      names,
    )
    const needs = tasks.flatMap(task => ('needs' in task ? (task.needs ?? []) : []))
    t.deepEqual(
      needs.filter(need => need.role === undefined && !names.includes(need.name)),
      [],
    )
  })
}
