/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import test from 'ava'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { confDifferences } from '../../../roles/corosync/conf-differences.js'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import type { CorosyncState } from '../../../runner/cluster/corosync/state.js'
import type { RolloutPlan } from '../../../runner/cluster/rollout/rollout-plan.js'
import { answering, clusterOf } from './cluster.js'

const conf = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const members = ['node1', 'node2'].map(name => answering(name, {}))
const old = conf.replace('token: 3000', 'token: 5000')
const plan: RolloutPlan = {
  class: 'live reload',
  changes: [],
  effectOf: () => ({ class: 'live reload', why: 'a reload applies it' }),
  recreatedLinks: [],
  rekeys: false,
}

/** The differences of two nodes with these files, of which some run with these. */
function differencesOf(texts: [string | undefined, string | undefined], running: (string | undefined)[] = texts) {
  const states = members.map(
    (member, at) =>
      ({
        member,
        cmap:
          running[at] === undefined
            ? undefined
            : new Map(
                [...flatten(parseCorosyncConf(running[at]))].map(([key, value]) => [key, { type: 'str', value }]),
              ),
      }) as unknown as CorosyncState,
  )
  return confDifferences(
    conf,
    [
      [members[0]!, texts[0]],
      [members[1]!, texts[1]],
    ],
    states,
    plan,
  )
}

test('setting by setting, with equal nodes together', t => {
  t.deepEqual(differencesOf([old, old]), [
    { subject: 'totem.token on node1, node2', from: '5000', to: '3000', note: 'live: a reload applies it' },
  ])
  t.deepEqual(differencesOf([old, conf]), [
    { subject: 'totem.token on node1', from: '5000', to: '3000', note: 'live: a reload applies it' },
  ])
})

test('if the right value still runs, only the file is corrected', t => {
  t.is(differencesOf([old, conf], [conf, conf])[0]!.note, 'corosync runs 3000: only the file is corrected')
})

test('the running value is neither that of the file nor the declared one', t => {
  t.is(
    differencesOf([old, conf], [conf.replace('token: 3000', 'token: 4000'), conf])[0]!.note,
    'live: a reload applies it; corosync runs 4000',
  )
})

test('there is no note if Corosync does not run', t => {
  t.deepEqual(differencesOf([old, conf], [undefined, undefined]), [
    { subject: 'totem.token on node1', from: '5000', to: '3000' },
  ])
})

const debian =
  'totem {\n  version: 2\n  cluster_name: debian\n}\nnodelist {\n  node {\n    name: node1\n    nodeid: 1\n    ring0_addr: 127.0.0.1\n  }\n}\n'
for (const [what, text] of [
  ['missing', undefined],
  ['unreadable', 'totem {\n'],
  ["Debian's own", debian],
  ['other in its layout only', `# mine\n${conf}`],
] as const) {
  test(`as text: a file that is ${what}`, t => {
    t.deepEqual(differencesOf([text, conf], [undefined, undefined]), [
      { subject: '/etc/corosync/corosync.conf on node1', from: text, to: conf },
    ])
  })
}

test('an authkey in the file is shown as a fingerprint', t => {
  const [difference] = differencesOf(
    [conf.replace('totem {\n', 'totem {\n\tkey: geheim\n'), conf],
    [undefined, undefined],
  )
  t.regex(difference!.from!, /^secret sha256:[0-9a-f]{12}$/)
})
