import type { Section } from './conf.js'
import type { Cluster, ConfValues } from '../declaration/declaration.js'
import { deviceSection } from './quorum-device.js'
import { noUndeclaredParts, type UndeclaredParts } from './undeclared-parts.js'

/** Renders the corosync.conf of a cluster that ha-run built. */

const managed = '# Managed by ha-run: a change made here by hand is undone by the next run.\n'

/** Whether ha-run wrote this file. */
export function isManaged(text: string): boolean {
  return text.startsWith(managed)
}

/**
 * The corosync.conf of the declared cluster: the same bytes for the same declaration, ids and undeclared parts.
 * @throws Error if a node has no id.
 */
export function corosyncConf(
  cluster: Cluster,
  nodeIds: Map<string, number>,
  undeclared: UndeclaredParts = noUndeclaredParts,
): string {
  const { corosync, name, nodes, quorumDevice } = cluster
  const nodeList = nodes.map(node => {
    const id = nodeIds.get(node.name)
    if (id === undefined) throw new Error(`no Corosync node id for ${node.name}`)
    const links = Object.fromEntries(node.links.map((address, link) => [`ring${link}_addr`, address]))
    return render(sectionOf('node', { ...links, name: node.name, nodeid: String(id), ...undeclared.ofNode[id] }), '\t')
  })
  const within = (section: string) =>
    (undeclared.within[section] ?? []).filter(
      entry =>
        corosync.interface === undefined || !('entries' in entry && section === 'totem' && entry.name === 'interface'),
    )
  const interfaces = (corosync.interface ?? []).map(values => sectionOf('interface', values))
  return [
    managed,
    render(
      sectionOf(
        'totem',
        { version: '2', cluster_name: name, transport: corosync.transport, ...corosync.totem },
        ...interfaces,
        ...within('totem'),
      ),
    ),
    `\nnodelist {\n${nodeList.join('\n')}}\n\n`,
    render(
      sectionOf('quorum', corosync.quorum, ...(quorumDevice ? [deviceSection(quorumDevice)] : []), ...within('quorum')),
    ),
    '\n',
    render(sectionOf('logging', corosync.logging, ...within('logging'))),
    ...undeclared.others.map(section => `\n${render(section)}`),
  ].join('')
}

function sectionOf(name: string, values: ConfValues, ...more: Section['entries']): Section {
  return { name, entries: [...Object.entries(values).map(([setting, value]) => ({ name: setting, value })), ...more] }
}

function render({ name, entries }: Section, indent = ''): string {
  const lines = entries.map(entry =>
    'value' in entry ? `${indent}\t${entry.name}: ${entry.value}\n` : render(entry, `${indent}\t`),
  )
  return `${indent}${name} {\n${lines.join('')}${indent}}\n`
}
