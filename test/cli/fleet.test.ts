import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { closedPort } from '../ssh/local-sshd.js'
import { folderOf, haRun, jsonLines, onlyThisMachine } from './ha-run.js'

const names = Array.from({ length: 12 }, (_, at) => `c${at + 1}`)

/** An inventory of twelve clusters of two nodes, none of which can be reached. */
function fleetOf(t: ExecutionContext): string {
  const file = join(folderOf(t), 'fleet.yml')
  const connection = `ansible_host: 127.0.0.1, ansible_port: ${closedPort}`
  const clusters = names.map(
    (name, at) => `    ${name}:
      vars: { cluster: { name: ${name}, floating_ip: 10.0.${at}.10/24, fencing: disabled } }
      hosts:
        ${name}-1: { ${connection}, address: 10.0.${at}.1/24 }
        ${name}-2: { ${connection}, address: 10.0.${at}.2/24 }
`,
  )
  writeFileSync(file, `all:\n  vars: { ${onlyThisMachine} }\n  children:\n${clusters.join('')}`)
  return file
}

test('status of more clusters than --forks has places for: all, in the order of the inventory', async t => {
  const { exit, stdout } = await haRun(t, 'status', '--json', '--forks', '4', '-i', fleetOf(t))
  t.is(exit, 4)
  const events = jsonLines(stdout)
  t.deepEqual(
    events.filter(({ event }) => event === 'status').map(({ cluster }) => cluster),
    names,
  )
  t.like(events.at(-1), { event: 'summary', unreachable: 24 })
})

test('status --watch stays connected to all nodes, so that --forks must have places for them', async t => {
  const { exit, stderr } = await haRun(t, 'status', '--watch', '--forks', '4', '-i', fleetOf(t))
  t.is(exit, 1)
  t.regex(stderr, /stays connected to all 24 nodes, which are more than --forks \(4\)/)
  t.regex(stderr, /--limit, or raise --forks/)
})
