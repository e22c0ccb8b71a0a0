import type { LabExtras } from '../../../runner/lab/index.js'
import type { Built } from '../built-cluster.js'
import type { LabSite } from '../site-harness.js'
import { succeeds } from './trials.js'

/** Runs that are killed: what they change, and from what. */
export interface Scenario {
  name: string
  nodes: number
  /** The cluster that is there; bare nodes, a new lab for each kill, if left out. */
  built?: Built
  /** The run cannot be repeated on the same cluster: each trial gets a new lab. */
  once?: true
  extras?: LabExtras
  /** Brings about what the run will change. */
  prepare?: (site: LabSite) => Promise<void>
  words: string[]
  /** What is declared; the lab's inventory if left out. */
  inventory?: (site: LabSite) => Promise<string>
  /** What finishes a killed run; `site` if left out. */
  again?: string[]
  /** Kills come only within and behind the changes of these tasks. */
  only?: RegExp
  /** The cluster's key is another one afterwards. */
  changesKey?: boolean
  /** How many moments are tried at most. */
  most: number
}

const single: Built = { layout: 'single' }

/** The lab's inventory with other settings of Corosync. */
const corosync = (name: string, settings: Record<string, unknown>) => async (site: LabSite) =>
  site.inventory(`${name}.yml`, cluster => {
    cluster['corosync'] = settings
  })

/** The lab's inventory with a second link, in another network on the same interface. */
const secondLink = async (site: LabSite, network: number) =>
  corosync(`link-${network}`, {
    links: [Object.fromEntries(site.lab.nodes.map(({ name }, at) => [name, `10.9.${network}.${at + 1}`]))],
  })(site)

const cloned = async (site: LabSite) =>
  site.inventory('cloned.yml', cluster => {
    cluster['layout'] = 'cloned'
  })

export const scenarios: readonly Scenario[] = [
  { name: 'bare build', nodes: 2, words: ['site'], most: 16 },
  {
    name: 'drift repair',
    nodes: 2,
    built: single,
    prepare: async site => {
      await site.on(
        'node1',
        'echo raspberrypi >/etc/hostname; systemctl -q disable corosync; echo hello >/var/www/html/index.html; crm -F configure delete FloatIP-before-WebSite',
      )
      await site.on(
        'node2',
        'sed -i /node1/d /etc/hosts; sed -i s/3000/3001/ /etc/corosync/corosync.conf; chmod 644 /etc/corosync/authkey; systemctl -q disable pacemaker',
      )
    },
    words: ['site'],
    most: 20,
  },
  {
    name: 'stopped daemons',
    nodes: 2,
    built: single,
    prepare: async site => {
      await site.on('node2', 'systemctl stop corosync')
    },
    words: ['site'],
    most: 8,
  },
  {
    name: 'live reload',
    nodes: 2,
    built: single,
    words: ['site'],
    inventory: corosync('token', { token: 5000 }),
    most: 8,
  },
  {
    name: 'encryption off and on again',
    nodes: 2,
    built: single,
    words: ['site'],
    inventory: corosync('cipher', { crypto_cipher: 'aes128', crypto_hash: 'sha512' }),
    most: 8,
  },
  {
    name: 'two-step reload',
    nodes: 2,
    built: single,
    prepare: async site => {
      for (const [at, { name }] of site.lab.nodes.entries())
        await site.on(
          name,
          `ip addr replace 10.9.1.${at + 1}/24 dev eth0; ip addr replace 10.9.2.${at + 1}/24 dev eth0`,
        )
      await succeeds(site, ['site'], await secondLink(site, 1))
    },
    words: ['site'],
    inventory: async site => secondLink(site, 2),
    most: 8,
  },
  {
    name: 'rolling restart',
    nodes: 3,
    built: single,
    words: ['site'],
    inventory: corosync('roll', { totem: { link_mode: 'active' } }),
    most: 12,
  },
  {
    name: 'full stop',
    nodes: 2,
    built: single,
    words: ['site', '--allow-outage'],
    again: ['site', '--allow-outage'],
    inventory: corosync('family', { totem: { ip_version: 'ipv4' } }),
    most: 12,
  },
  { name: 'key rotation', nodes: 2, built: single, words: ['rotate-key'], changesKey: true, most: 12 },
  { name: 'layout change', nodes: 2, built: single, words: ['site'], inventory: cloned, most: 8 },
  {
    name: 'rollback',
    nodes: 2,
    built: single,
    prepare: async site => {
      await site.run(['site'], { inventory: await cloned(site) })
    },
    words: ['rollback'],
    most: 6,
  },
  {
    name: 'address change',
    nodes: 2,
    words: ['site'],
    inventory: async site =>
      site.inventory('address.yml', (_, hosts) => {
        Object.assign(hosts['node2']!, { address: '192.168.0.22/24' })
      }),
    only: /static address/,
    most: 6,
  },
  {
    name: 'adoption',
    nodes: 2,
    built: { foreign: 'handBuilt' },
    once: true,
    words: ['site', '--adopt'],
    inventory: corosync('adopted', { token: 5000 }),
    again: ['site', '--adopt'],
    most: 6,
  },
  {
    name: 'fencing is added',
    nodes: 2,
    built: single,
    extras: { plugs: true },
    prepare: async site => {
      const inventory = await site.inventory('disabled.yml', cluster => {
        cluster['fencing'] = 'disabled'
      })
      await site.run(['site'], { inventory })
    },
    words: ['site'],
    most: 12,
  },
]
