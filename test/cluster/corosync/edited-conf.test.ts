/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { editedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { refuseUnloadedChanges, type RolloutPlan } from '../../../runner/cluster/rollout/rollout-plan.js'
import { clusterOf } from '../../roles/corosync/cluster.js'

const conf = '# theirs\ntotem {\n\tversion: 2\n\ttoken: 1000\n}\n'
const keys = new Map(
  Object.entries({ 'totem.version': '2', 'totem.token': '1000', 'logging.debug': 'off' }).map(([key, value]) => [
    key,
    { type: 'str', value },
  ]),
)
const edited = (corosync: object, texts: (string | undefined)[] = [conf, conf]) =>
  editedConf(
    clusterOf({ corosync }),
    texts.map((text, at) => [`node${at + 1}`, text]),
    keys,
  )

test('a declared value is written, unless it is in force without being in the file', t => {
  t.is(edited({ token: 2000, logging: { debug: 'off' } }), conf.replace('1000', '2000'))
  t.is(edited({ token: 1000 }), conf)
})

test('settings that ha-run does not change there and files that it cannot edit are errors', t => {
  t.throws(() => edited({ quorum: { two_node: 1 } }), {
    message: /^quorum\.two_node is declared as 1 and runs as \(not set\), and ha-run does not change that/,
  })
  t.throws(() => edited({ token: 2000 }, [conf, `${conf}\n`]), { message: /is not the same on node1 and node2/ })
  t.throws(() => edited({ token: 2000 }, [conf, undefined]), { message: /is not the same on node1 and node2/ })
  const latin1 = conf.replace('theirs', '\uFFFD')
  t.throws(() => edited({ token: 2000 }, [latin1, latin1]), { message: /is not UTF-8 text/ })
})

test('a reload that would load undeclared changes is refused, and the error names them', t => {
  const plan = (...subjects: string[]) =>
    ({
      changes: [{ member: { name: 'node1' }, changes: subjects.map(subject => ({ subject, from: '0', to: '1' })) }],
    }) as unknown as RolloutPlan
  const cluster = clusterOf({ corosync: { token: 2000 } })
  t.notThrows(() => refuseUnloadedChanges(plan('totem.token'), cluster))
  t.throws(() => refuseUnloadedChanges(plan('totem.token', 'quorum.wait_for_all'), cluster), {
    message:
      /^corosync\.conf has settings that Corosync does not run with: quorum\.wait_for_all \(0, and 1 in the file\) on node1\./,
  })
})
