/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { spawnSync } from 'node:child_process'
import test from 'ava'
import { seed, seedFirstCib } from '../../../roles/pacemaker/first-cib.js'
import type { Scope } from '../../../runner/cluster/members.js'
import type { Fact } from '../../../runner/facts/fact.js'
import { sent } from '../../sent.js'

interface NodeAtFirst {
  hasCib?: boolean
  unreachable?: boolean
  apart?: boolean
}

/** A cluster of such nodes, and the names of those that were given a CIB. */
async function seeded(...nodes: NodeAtFirst[]): Promise<string[]> {
  const given: string[] = []
  const members = nodes.map(({ hasCib, unreachable = false }, at) => {
    const name = `node${at + 1}`
    const $ =
      ({ input }: { input: string }) =>
      async () =>
        input === '<cib/> and more' && given.push(name)
    return {
      name,
      unreachable,
      $,
      read: async ({ family }: Fact<unknown>) => (family.name === 'cibadmin --empty' ? '<cib/>' : hasCib === true),
    }
  })
  const scope = {
    members,
    selected: members.filter((_, at) => !nodes[at]!.apart),
    leader: members[0],
  } as unknown as Scope
  await seedFirstCib(scope, cib => ({ text: `${cib} and more`, differences: [] }))
  return given
}

test('if no node ever had a CIB, every node is given one', async t => {
  t.deepEqual(await seeded({}, {}, {}), ['node1', 'node2', 'node3'])
})

test('if one node ever had a CIB, no node is given one', async t => {
  t.deepEqual(await seeded({}, { hasCib: true }), [])
})

test('an unreachable or unselected node may have a CIB, so no node is given one', async t => {
  t.deepEqual(await seeded({}, { unreachable: true }), [])
  t.deepEqual(await seeded({}, { apart: true }), [])
})

test('the seed script has no syntax error', async t => {
  const { script } = await sent($ => seed($, '<cib/>'))
  t.is(spawnSync('sh', ['-n'], { input: script }).stderr.toString(), '')
})
