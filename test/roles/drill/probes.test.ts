/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { describeRoutes } from '../../../roles/drill/probe-routes.js'
import type { Probe } from '../../../runner/cluster/declaration/probe.js'
import { ServiceProbe, ServiceProbes } from '../../../roles/drill/probes.js'
import type { ClusterMember } from '../../../runner/cluster/members.js'
import type { ProbeLoop } from '../../../runner/ssh/probe-loop.js'

const through = (name: string) => ({ through: { name } as ClusterMember })

test('how the page is requested', t => {
  t.is(describeRoutes('page', [{}]), 'the page is requested 25 times a second, from this machine')
  t.is(describeRoutes('page', [through('node2')]), 'the page is requested 25 times a second, through node2')
  t.is(
    describeRoutes('page', [through('node2'), through('node1')]),
    'the page is requested 25 times a second, through node2 and node1, since either may be fenced',
  )
  const tcp = { kind: 'tcp', name: 'db', host: 'db', port: 5432 } as const
  t.is(
    describeRoutes(tcp, [through('node2')]),
    'the probe db (TCP port 5432 of db) is requested 5 times a second, through node2',
  )
  const command = { kind: 'command' as const, name: 'own', command: ['./check'], folder: '.' } satisfies Probe
  t.is(
    describeRoutes(command, [{}]),
    'the probe own (./check) is requested 2 times a second at most, from this machine',
  )
})

/** A route whose every answer shows its name. */
const route = (name: string | undefined, isHealthy = true) => ({
  through: name,
  loop: {
    isHealthy,
    hasFailedSince: () => !isHealthy,
    broken: isHealthy ? undefined : 'the socket is gone',
    requests: [{ at: 0, ms: 1, server: name }],
    stop: () => [],
  } as unknown as ProbeLoop,
})

test('the answers of the route count that still exists', t => {
  const probe = new ServiceProbe('page', [route('node2', false), route('node1')])
  t.false(probe.isHealthy([]))
  t.true(probe.isHealthy(['node2']))
  t.is(probe.broken([]), 'the socket is gone')
  t.is(probe.broken(['node2']), undefined)
  t.false(probe.hasFailedSince(0, ['node2']))
  t.is(probe.stop(['node2'])[0]?.server, 'node1')
  t.is(probe.stop(['node1'])[0]?.server, 'node2')
})

test('a fenced node is no concern of a direct route', t => {
  t.true(new ServiceProbe('page', [route(undefined)]).isHealthy(['node1', 'node2']))
})

test('at the start, every route must work', t => {
  const probe = new ServiceProbe('page', [route('node2', false), route('node1')])
  t.false(probe.isEntirelyHealthy)
  t.throws(() => probe.requireRoutes(), { message: 'the page cannot be requested through node2: the socket is gone' })
})

test('all services count, and those that do not answer well are named', t => {
  const tcp = { kind: 'tcp', name: 'db', host: 'db', port: 5432 } as const
  const both = (page: boolean, db: boolean) =>
    new ServiceProbes([new ServiceProbe('page', [route('node2', page)]), new ServiceProbe(tcp, [route('node2', db)])])
  t.is(both(true, true).unwell([]), undefined)
  t.is(both(true, false).unwell([]), 'the probe db')
  t.is(both(false, false).unwell([]), 'the page and the probe db')
  t.false(both(true, true).hasFailedSince(0, []))
  t.true(both(true, false).hasFailedSince(0, []))
  t.is(both(true, false).broken([]), 'the socket is gone')
})
