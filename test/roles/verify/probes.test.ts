import test from 'ava'
import { evidenceOf, probeAnswers, stoppedIn } from '../../../roles/verify/probes.js'
import { clusterState } from '../../../runner/cluster/pacemaker/facts.js'
import { clusterOf, scopeOf } from '../corosync/cluster.js'
import { stateOf } from './state.js'

test('an answer is followed by the node that has the address, unless it names the node itself', t => {
  const address = '192.168.0.10'
  t.is(
    evidenceOf({ text: 'HTTP 200', server: 'node1' }, 'node2', 'node1', address),
    'HTTP 200 from node1, through node2',
  )
  t.is(
    evidenceOf({ text: 'accepts connections' }, 'node2', 'node1', address),
    'accepts connections, through node2; node1 has 192.168.0.10',
  )
  t.is(evidenceOf({ text: 'exit code 0' }, undefined, undefined, undefined), 'exit code 0')
})

test('resources without an active instance are named', t => {
  const resources = { FloatIP: ['node1'], WebSite: [], 'Ping-clone/Ping': ['node1', 'node2'] }
  t.deepEqual(stoppedIn(stateOf({ resources })), ['WebSite is stopped'])
  t.deepEqual(stoppedIn(undefined), [])
})

test('a command that fails: its output, and what may be the cause', async t => {
  const cluster = clusterOf({
    probes: {
      good: { command: ['true', '{FloatIP}'] },
      bad: { command: ['sh', '-c', 'echo no shop; exit 3', '{FloatIP}'] },
      without: { command: ['sh', '-c', 'exit 4'] },
    },
  })
  const [good, bad, without] = cluster.probes!.map(probe => probeAnswers(cluster, { ...probe, folder: '.' } as never))
  const node = (interfaces: string[], where: string[]) => ({
    'ip addr show': interfaces,
    [clusterState.family.name]: stateOf({ resources: { FloatIP: where, WebSite: [] } }),
  })
  const serving = scopeOf({ node1: node(['eth0'], ['node1']), node2: node([], ['node1']) })
  t.like(await good!(serving), { status: 'ok', evidence: 'exit code 0; node1 has 192.168.0.10' })
  t.like(await bad!(serving), {
    status: 'failed',
    evidence: 'sh -c echo no shop; exit 3 192.168.0.10: exit code 3: no shop, because WebSite is stopped',
  })
  t.like(await without!(serving), {
    status: 'failed',
    evidence: 'sh -c exit 4: exit code 4, because WebSite is stopped',
  })
  const lost = scopeOf({ node1: node([], []), node2: node([], []) })
  t.like(await bad!(lost), {
    evidence:
      'sh -c echo no shop; exit 3 192.168.0.10: exit code 3: no shop, because no node has 192.168.0.10 and FloatIP is stopped and WebSite is stopped',
  })
})
