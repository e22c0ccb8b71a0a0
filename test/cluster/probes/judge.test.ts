import test from 'ava'
import { judgeRecords, judgeResponse, subjectOf } from '../../../runner/cluster/probes/judge.js'
import type { DnsProbe, HttpProbe } from '../../../runner/cluster/declaration/probe.js'
import { clusterOf } from '../../roles/corosync/cluster.js'

const cluster = clusterOf({ page: '<p>{node}</p>' })
const http = (more: Partial<HttpProbe> = {}): HttpProbe => ({ kind: 'http', name: 'page', url: 'http://x/', ...more })
const dns = (more: Partial<DnsProbe> = {}): DnsProbe => ({
  kind: 'dns',
  name: 'dns',
  server: '192.168.0.10',
  port: 53,
  query: 'router.lan',
  type: 'A',
  ...more,
})

/** What is said of a response: the text of a good answer, or the reason. */
const said = (judge: () => { text: string; server?: string | undefined }): string => {
  try {
    const { text, server } = judge()
    return server === undefined ? text : `${text} from ${server}`
  } catch (error) {
    return `not ok: ${(error as Error).message}`
  }
}

const responses: [Partial<HttpProbe>, number, string, string][] = [
  [{}, 200, 'anything', 'HTTP 200'],
  [{}, 204, '', 'HTTP 204'],
  [{}, 302, '', 'not ok: HTTP 302'],
  [{ status: 302 }, 302, '', 'HTTP 302'],
  [{ status: 302 }, 200, '', 'not ok: HTTP 200, 302 is expected'],
  [{}, 503, '', 'not ok: HTTP 503'],
  [{ expect: 'shop' }, 200, 'the shop', 'HTTP 200'],
  [{ expect: 'shop' }, 200, 'the page', 'not ok: HTTP 200, without the text "shop"'],
  [{}, 200, '<p>node2</p>', 'HTTP 200 from node2'],
  [{}, 200, '<p>node3</p>', 'HTTP 200'],
]
for (const [probe, status, body, verdict] of responses) {
  test(`HTTP ${JSON.stringify(probe)}: ${status} ${body}`, t => {
    t.is(
      said(() => judgeResponse(http(probe), { status, body }, cluster)),
      verdict,
    )
  })
}

test('DNS: a record, or the expected one', t => {
  t.is(
    said(() => judgeRecords(dns(), ['192.168.0.253'])),
    'router.lan has a record of type A',
  )
  const expecting = dns({ expect: '192.168.0.254' })
  t.is(
    said(() => judgeRecords(expecting, ['192.168.0.253', '192.168.0.254'])),
    'router.lan is 192.168.0.254',
  )
  t.is(
    said(() => judgeRecords(expecting, ['192.168.0.253'])),
    'not ok: router.lan is 192.168.0.253, 192.168.0.254 is expected',
  )
})

test('what a probe asks', t => {
  t.is(subjectOf(http()), 'http://x/')
  t.is(subjectOf(dns()), 'router.lan at 192.168.0.10')
  t.is(subjectOf(dns({ port: 5353 })), 'router.lan at 192.168.0.10 port 5353')
  t.is(subjectOf({ kind: 'tcp', name: 'db', host: 'db', port: 5432 }), 'TCP port 5432 of db')
  t.is(subjectOf({ kind: 'command', name: 'own', command: ['./check', 'a'], folder: '.' }), './check a')
})
