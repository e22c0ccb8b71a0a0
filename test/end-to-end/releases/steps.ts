import type { MachineEvent } from '../../../runner/engine/events.js'
import { namesWith, type Admin } from './admin.js'

/** What each row runs, in this order. A step throws if it was not as it should be. */

const conf = '/etc/corosync/corosync.conf'

export const steps = {
  async address(admin: Admin) {
    const [, node] = admin.lab.nodes
    if (!node) throw new Error('no second node')
    const [from, to] = [node.address, '192.168.0.22']
    admin.declare((_, hosts) => Object.assign(hosts[node.name] ?? {}, { address: `${to}/24` }))
    const changed = namesWith(await admin.run(['network']), 'changed')
    expect(changed.includes(`${node.name} network: static address`), `changed: ${changed.join(', ')}`)
    const addresses = await admin.on(node.name, 'ip -4 -o address show scope global')
    expect(addresses.includes(`${to}/24`) && !addresses.includes(`${from}/`), addresses)
    admin.declare((_, hosts) => Object.assign(hosts[node.name] ?? {}, { ansible_host: to }))
    admin.configure(text =>
      text.replace(
        `Host ${node.name} ${from}\n  HostName ${from}\n`,
        `Host ${node.name} ${to}\n  HostName ${to}\n  HostKeyAlias ${from}\n`,
      ),
    )
  },

  async build(admin: Admin) {
    const events = await admin.run(['site', '--stable', '5'])
    const page = await admin.on(
      'node1',
      'exec 3<>/dev/tcp/192.168.0.10/80 && printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3'
        .replace(/^/, "bash -c '")
        .concat("'"),
    )
    expect(/Site Teste - node[12]/.test(page), `the page: ${page}`)
    expect(warningsOf(events).length > 0, 'fencing is disabled, and verify does not warn')
  },

  async again(admin: Admin) {
    nothingChanged(await admin.run(['site', '--stable', '0']))
  },

  async drift(admin: Admin) {
    await admin.on('node1', `sed -i 's/token: 3000/token: 4000/' ${conf}; systemctl -q enable apache2`)
    await admin.on(
      'node2',
      'echo other >/var/www/html/index.html; cibadmin -D -X "<rsc_order id=\\"FloatIP-before-WebSite\\"/>"',
    )
    await admin.run(['site', '--check'], 3)
    const changed = namesWith(await admin.run(['site', '--stable', '0']), 'changed')
    expect(changed.length >= 4, `repaired: ${changed.join(', ')}`)
    nothingChanged(await admin.run(['site', '--stable', '0']))
  },

  async key(admin: Admin) {
    const hashes = async () => admin.onAll('sha256sum </etc/corosync/authkey')
    const before = await hashes()
    await admin.run(['rotate-key', '--stable', '0'])
    const after = await hashes()
    expect(after[0] === after[1] && after[0] !== before[0], `keys: ${[...before, ...after].join(' ')}`)
  },

  async roll(admin: Admin) {
    admin.declare(cluster => Object.assign(cluster, { corosync: { totem: { link_mode: 'active' } } }))
    const plan = JSON.stringify(await admin.run(['site', '--check'], 3))
    expect(plan.includes('rolling restart, one node at a time'), 'the plan has no rolling restart')
    await admin.run(['site', '--stable', '0'])
    const modes = await admin.onAll('corosync-cmapctl -g totem.link_mode')
    expect(
      modes.every(mode => mode.includes('active')),
      modes.join(),
    )
  },

  standby: async (admin: Admin) => drill(admin, 'standby'),
  stop: async (admin: Admin) => drill(admin, 'stop'),

  async cut(admin: Admin) {
    await admin.onAll(
      'command -v nft >/dev/null || { apt-get -qq update; apt-get install -y -q nftables; } >/dev/null 2>&1',
    )
    await drill(admin, 'cut', '--allow-split-brain')
  },

  async verify(admin: Admin) {
    const failed = await admin.run(['verify'])
    expect(namesWith(failed, 'failed').length === 0, namesWith(failed, 'failed').join())
  },

  /** Two releases: a warning, no reload of Corosync, no new key, and nothing written that would need a reload. */
  async mixed(admin: Admin) {
    const verified = await admin.run(['verify', '--stable', '0'])
    expect(
      warningsOf(verified).includes('all nodes run the same versions'),
      `warnings: ${warningsOf(verified).join(', ')}`,
    )
    const before = await admin.onAll(`cat ${conf}`)
    admin.declare(cluster => Object.assign(cluster, { corosync: { token: 5000 } }))
    const refused = JSON.stringify(await admin.run(['site', '--stable', '0'], 2))
    expect(refused.includes('the nodes have different versions of corosync'), 'the refusal does not name the versions')
    await admin.run(['rotate-key', '--stable', '0'], 2)
    const after = await admin.onAll(`cat ${conf}`)
    expect(after.join() === before.join(), 'corosync.conf was written')
  },
} satisfies Record<string, (admin: Admin) => Promise<void>>

export type StepName = keyof typeof steps

/** The columns of the table. */
export const titles: Record<StepName, string> = {
  address: 'armed address',
  build: 'bare to verified',
  again: 'nothing to do',
  drift: 'drift repaired',
  key: 'key rotated',
  roll: 'rolling change',
  standby: 'drill: standby',
  stop: 'drill: stop',
  cut: 'drill: cut',
  verify: 'verify',
  mixed: 'mixed: warned, not reloaded',
}

export const isStepName = (name: string): name is StepName => Object.hasOwn(steps, name)

async function drill(admin: Admin, ...fault: string[]): Promise<void> {
  const events = await admin.run(['drill', '--yes', '--stable', '0', '--fault', ...fault])
  const rounds = events.filter(event => event.event === 'drill-round')
  expect(rounds.length === 1, JSON.stringify(rounds))
}

function nothingChanged(events: MachineEvent[]): void {
  const changed = namesWith(events, 'changed')
  expect(changed.length === 0, `changed: ${changed.join(', ')}`)
}

/** Names of the assertions that are warnings. */
function warningsOf(events: MachineEvent[]): string[] {
  return events.flatMap(event => (event.event === 'assertion' && event.status === 'warning' ? [event.task] : []))
}

function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise)
}
