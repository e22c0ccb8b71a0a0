import test from 'ava'
import { parseCorosyncConf } from '../../../runner/cluster/corosync/conf.js'
import { flatten } from '../../../runner/cluster/corosync/settings.js'
import { readCorosyncState } from '../../../runner/cluster/corosync/state.js'
import { wantedConf } from '../../../runner/cluster/corosync/wanted-conf.js'
import { forecastRollout } from '../../../runner/cluster/rollout/forecast.js'
import { mayBeSplitByKeys } from '../../../runner/cluster/rollout/rekey.js'
import { planRollout } from '../../../runner/cluster/rollout/rollout-plan.js'
import { clusterOf, scopeOf, type Answers } from '../../roles/corosync/cluster.js'
import { stateOf } from '../../roles/verify/state.js'
import { cibWith } from '../property-sets.js'

const conf = wantedConf(clusterOf(), [
  ['node1', undefined],
  ['node2', undefined],
])
const otherToken = conf.replace('token: 3000', 'token: 5000')
const otherHash = conf.replace('crypto_hash: sha256', 'crypto_hash: sha512')
const off = conf.replaceAll(/crypto_(cipher|hash): \w+/g, 'crypto_$1: none')

const managed = cibWith({ 'cib-bootstrap-options': { 'stonith-enabled': 'true' } })
const switchedOff = cibWith({ 'cib-bootstrap-options': { 'maintenance-mode': 'false' } })
const serving = stateOf({ resources: { WebSite: ['node1'] } })

interface Running {
  /** The hash of the key that ha-run has recorded as loaded; its file's is `k`. */
  loaded?: string
  cib?: string
  /** Pacemaker does not run. */
  isBare?: boolean
}

/** Two nodes that run the smallest cluster. */
function running({ loaded, cib = managed, isBare = false }: Running) {
  const file = [...flatten(parseCorosyncConf(conf))]
  const entries = [
    ...file,
    ...file
      .filter(([key]) => /^totem\.token/.test(key))
      .map(([key, value]) => [`runtime.config.${key}`, value] as const),
    ...(loaded === undefined ? [] : [['ha_run.authkey', loaded] as const]),
  ]
  const answers: Answers = {
    'text of files': conf,
    'state of files': { hash: 'k' },
    'state of units': { active: 'active' },
    'corosync-cmapctl': new Map(entries.map(([key, value]) => [key, { type: 'str', value }])),
    'corosync-quorumtool -s': { quorate: true, nodeId: 1, ringId: '1.9' },
    packages: { version: '3.1.7-1+deb12u2', isHeld: false },
    crm_mon: isBare ? undefined : serving,
    'cibadmin -Q': isBare ? undefined : cib,
  }
  return scopeOf({ node1: answers, node2: answers })
}

async function planOf(file: string, nodes: Running) {
  const scope = running(nodes)
  const plan = await planRollout(file, await readCorosyncState(scope.members), scope)
  return { rekeys: plan.rekeys, forecast: await forecastRollout(scope, plan) }
}

const cases: [title: string, file: string, nodes: Running, rekeys: boolean][] = [
  ['nothing changes', conf, { loaded: 'k' }, false],
  ['nothing changes, and nobody knows the loaded key: nothing is reloaded', conf, {}, false],
  ['a timer changes', otherToken, { loaded: 'k' }, false],
  ['a timer changes, and nobody knows the loaded key', otherToken, {}, true],
  ['the key changes', conf, { loaded: 'former' }, true],
  ['the hash changes', otherHash, { loaded: 'k' }, true],
  ['encryption ends', off, { loaded: 'k' }, true],
]
for (const [title, file, nodes, rekeys] of cases) {
  test(`${title}: ${rekeys ? 'maintenance mode' : 'no maintenance mode'}`, async t => {
    const plan = await planOf(file, nodes)
    t.is(plan.rekeys, rekeys)
    t.is(
      plan.forecast.some(sentence => /^Pacemaker is in maintenance mode while the nodes change keys/.test(sentence)),
      rekeys,
    )
  })
}

const unprotected = /^the ring can break for some seconds while the nodes change keys, .*: nothing was changed$/

test('a change of keys that maintenance mode cannot protect is refused; other changes are not', async t => {
  for (const [file, loaded] of [
    [otherHash, 'k'],
    [conf, 'former'],
  ] as const)
    await t.throwsAsync(planOf(file, { loaded, cib: switchedOff }), { message: unprotected })
  t.false((await planOf(otherToken, { loaded: 'k', cib: switchedOff })).rekeys)
})

test('without Pacemaker there is nothing to protect', async t => {
  t.deepEqual(await planOf(otherHash, { loaded: 'k', isBare: true }), { rekeys: true, forecast: [] })
})

/** Each node's ring, `-` for none, its cipher, and the key that it is known to have loaded. */
const splits: [title: string, nodes: string, expected: boolean][] = [
  ['another cipher since its restart', '1.9 aes256 k, 2.9 aes128 k', true],
  ['another key since its restart', '1.9 aes256 k, 2.9 aes256 l', true],
  ['nobody knows which key the restarted node has loaded', '1.9 aes256 k, 2.9 aes256', true],
  ['the network', '1.9 aes256 k, 2.9 aes256 k', false],
  ['the network, beside a node with another cipher', '1.9 aes256 k, 2.9 aes256 k, 3.9 none k', false],
  ['two nodes with one cipher, a third with another', '1.9 aes256 k, 1.9 aes256 k, 3.9 none k', true],
  ['a node that does not answer', '1.9 aes256 k, - aes128 k', false],
]
for (const [title, nodes, expected] of splits) {
  test(`apart because of ${title}: ${expected ? 'may be their keys' : 'not their keys'}`, async t => {
    const [node] = await readCorosyncState(running({}).members)
    const words = nodes.split(', ').map(text => text.split(' '))
    const states = words.map(([, cipher, loaded]) => ({
      ...node!,
      cmap: new Map(
        Object.entries({ 'totem.crypto_cipher': cipher, 'ha_run.authkey': loaded }).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, { type: 'str', value }] as const],
        ),
      ),
    }))
    t.is(mayBeSplitByKeys(states, { rings: words.map(([ring]) => (ring === '-' ? undefined : ring)) }), expected)
  })
}
