/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { describeRoutes, PageProbe } from '../../../roles/drill/page-probe.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import type { HttpProbe } from '../../../runner/ssh/http-probe.js'

const through = (name: string) => ({ through: { name } as ClusterMember })

test('how the page is requested', t => {
  t.is(describeRoutes([{}]), 'from this machine')
  t.is(describeRoutes([through('node2')]), 'through node2')
  t.is(describeRoutes([through('node2'), through('node1')]), 'through node2 and node1, since either may be fenced')
})

/** A route whose every answer shows its name. */
const route = (name: string | undefined, isHealthy = true) => ({
  through: name,
  probe: {
    isHealthy,
    hasFailedSince: () => !isHealthy,
    broken: isHealthy ? undefined : 'the socket is gone',
    requests: [{ at: 0, ms: 1, server: name }],
    stop: () => [],
  } as unknown as HttpProbe,
})

test('the answers of the route count that still exists', t => {
  const probe = new PageProbe([route('node2', false), route('node1')])
  t.false(probe.isHealthy([]))
  t.true(probe.isHealthy(['node2']))
  t.is(probe.broken([]), 'the socket is gone')
  t.is(probe.broken(['node2']), undefined)
  t.false(probe.hasFailedSince(0, ['node2']))
  t.is(probe.stop(['node2'])[0]?.server, 'node1')
  t.is(probe.stop(['node1'])[0]?.server, 'node2')
})

test('a fenced node is no concern of a direct route', t => {
  t.true(new PageProbe([route(undefined)]).isHealthy(['node1', 'node2']))
})

test('at the start, every route must work', t => {
  const probe = new PageProbe([route('node2', false), route('node1')])
  t.false(probe.isEntirelyHealthy)
  t.throws(() => probe.requireRoutes(), { message: 'the page cannot be requested through node2: the socket is gone' })
})
