import test from 'ava'
import { advisedActions, agentFile, parseAdvice } from '../../../runner/cluster/pacemaker/agent-advice.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import type { Fact } from '../../../runner/facts/fact.js'

const agent = 'ocf:heartbeat:apache'
const kept = JSON.stringify({ [agent]: { hash: 'a1', actions: [{ name: 'start', timeout: '40s' }] } })

/** A node with this file of advice, whose agent is of this hash; asked itself, the agent says 50 s. */
function nodeWith(advice: string | undefined, hash: string | undefined) {
  const asked: string[] = []
  const read = async ({ family, argument }: Fact<unknown>) => {
    asked.push(family.name)
    if (family.name === 'state of files') return hash === undefined ? undefined : { hash, path: argument }
    return family.name === 'text of files' ? advice : { actions: [{ name: 'start', timeout: '50s' }], parameters: [] }
  }
  return { member: { read } as unknown as ClusterMember, asked }
}

for (const [title, advice, hash, timeout] of [
  ["cached advice is used if the agent's file is the same", kept, 'a1', '40s'],
  ['the agent is asked if its file differs', kept, 'b2', '50s'],
  ['the agent is asked if its file is missing, and the error is its own', kept, undefined, '50s'],
  ['the agent is asked if nothing is cached', undefined, 'a1', '50s'],
  ['the agent is asked if the cache is damaged', kept.slice(0, 30), 'a1', '50s'],
  ['the agent is asked if the cache has another format', '{"ocf:heartbeat:apache": {"hash": "a1"}}', 'a1', '50s'],
  ["the agent is asked if only another agent's advice is cached", kept.replace('apache', 'nginx'), 'a1', '50s'],
] as const) {
  test(title, async t => {
    const { member, asked } = nodeWith(advice, hash)
    t.deepEqual(await advisedActions(member, agent), [{ name: 'start', timeout }])
    t.is(asked.includes('crm_resource --show-metadata'), timeout === '50s')
  })
}

test('only OCF agents have a known path', t => {
  t.is(agentFile('ocf:heartbeat:IPaddr2'), '/usr/lib/ocf/resource.d/heartbeat/IPaddr2')
  for (const other of ['systemd:nginx', 'lsb:foo', 'stonith:fence_ipmilan', 'ocf:..:/etc/passwd', 'apache'])
    t.is(agentFile(other), undefined, other)
})

test('an action may have a role and no timeout', t => {
  const advice = { 'ocf:pacemaker:Stateful': { hash: 'c3', actions: [{ name: 'monitor', role: 'Promoted' }] } }
  t.deepEqual(parseAdvice(JSON.stringify(advice)), advice)
})
