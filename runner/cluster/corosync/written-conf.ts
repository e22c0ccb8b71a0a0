import type { Section } from './conf.js'
import type { Cluster, ConfValues } from '../declaration/declaration.js'
import { nothingKept, type KeptParts } from './kept-conf.js'

/** The corosync.conf that ha-run writes. */

const managed = '# Managed by ha-run: a change made here by hand is undone by the next run.\n'

/** Whether ha-run has written this file. */
export function isManaged(text: string): boolean {
  return text.startsWith(managed)
}

/**
 * The declared cluster's corosync.conf, the same bytes for the same declaration, ids and kept parts.
 * @throws Error when a node has no id.
 */
export function corosyncConf(cluster: Cluster, nodeIds: Map<string, number>, kept: KeptParts = nothingKept): string {
  const { corosync, name, nodes } = cluster
  const nodeList = nodes.map(node => {
    const id = nodeIds.get(node.name)
    if (id === undefined) throw new Error(`no Corosync node id for ${node.name}`)
    const links = Object.fromEntries(node.links.map((address, link) => [`ring${link}_addr`, address]))
    return rendered(sectionOf('node', { ...links, name: node.name, nodeid: String(id), ...kept.ofNode[id] }), '\t')
  })
  const within = (section: string) => (kept.within[section] ?? [])
    .filter(entry => corosync.interface === undefined || !('entries' in entry && section === 'totem' && entry.name === 'interface'))
  const interfaces = (corosync.interface ?? []).map(values => sectionOf('interface', values))
  return [
    managed,
    rendered(sectionOf('totem', { version: '2', cluster_name: name, transport: corosync.transport, ...corosync.totem }, ...interfaces, ...within('totem'))),
    `\nnodelist {\n${nodeList.join('\n')}}\n\n`,
    rendered(sectionOf('quorum', quorumValues(cluster), ...within('quorum'))),
    '\n',
    rendered(sectionOf('logging', corosync.logging, ...within('logging'))),
    ...kept.others.map(section => `\n${rendered(section)}`),
  ].join('')
}

/** The declared quorum section. What the declaration says wins; the provider and the votes are what makes it one at all. */
export function quorumValues({ corosync, nodes }: Cluster): ConfValues {
  const votes = { provider: 'corosync_votequorum', expected_votes: String(nodes.length) }
  return { ...votes, ...nodes.length === 2 ? { two_node: '1' } : {}, ...corosync.quorum }
}

function sectionOf(name: string, values: ConfValues, ...more: Section['entries']): Section {
  return { name, entries: [...Object.entries(values).map(([key, value]) => ({ key, value })), ...more] }
}

function rendered({ name, entries }: Section, indent = ''): string {
  const lines = entries.map(entry => 'key' in entry ? `${indent}\t${entry.key}: ${entry.value}\n` : rendered(entry, `${indent}\t`))
  return `${indent}${name} {\n${lines.join('')}${indent}}\n`
}
