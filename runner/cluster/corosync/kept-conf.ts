import { isDeepStrictEqual } from 'node:util'
import { pairs, sections, type Entry, type Section } from './conf.js'
import { isWritten } from '../declaration/corosync-settings.js'

/** Parts of a corosync.conf that no inventory declares: somebody wants them, and they stay when ha-run writes the file. */
export interface KeptParts {
  /** Settings and subsections of totem, quorum and logging: cluster_uuid, interface, logger_subsys. */
  within: Record<string, (Entry | Section)[]>
  /** Settings of a node beside its name, id and addresses, by its id. */
  ofNode: Record<number, Record<string, string>>
  /** Other sections: uidgid, resources, system. */
  others: Section[]
}

export const nothingKept: KeptParts = { within: {}, ofNode: {}, others: [] }

/** The sections that ha-run writes. */
const written = ['totem', 'quorum', 'logging']

/** Whether ha-run writes that setting of a node itself. */
const isOfNode = (key: string) => /^(ring\d+_addr|name|nodeid)$/.test(key)

/** The parts to keep of a file. Comments are none of them. */
export function keptParts(conf: Section): KeptParts {
  const own = (name: string) => sections(conf, name).flatMap(({ entries }) => entries)
    .filter(entry => 'entries' in entry || !isWritten(`${name}.${entry.key}`))
  const nodes = sections(conf, 'nodelist').flatMap(list => sections(list, 'node')).map(pairs)
  const extras = nodes.map(node => [node.get('nodeid'), [...node].filter(([key]) => !isOfNode(key))] as const)
  return {
    within: Object.fromEntries(written.map(name => [name, own(name)] as const).filter(([, entries]) => entries.length > 0)),
    ofNode: Object.fromEntries(extras.filter(([id, some]) => id !== undefined && some.length > 0).map(([id, some]) => [id, Object.fromEntries(some)])),
    others: conf.entries.filter(entry => 'entries' in entry).filter(({ name }) => ![...written, 'nodelist'].includes(name)),
  }
}

/**
 * What all nodes' files are to keep: what those have that have anything to keep.
 * @throws Error where two of them have different things, or one that does not go together with what ha-run writes.
 */
export function keptOfAll(confs: Map<string, Section | undefined>): KeptParts {
  const all = [...confs].flatMap(([node, conf]) => conf ? [{ node, parts: keptParts(conf) }] : [])
    .filter(({ parts }) => !isDeepStrictEqual(parts, nothingKept))
  const [first, ...others] = all
  const different = others.find(({ parts }) => !isDeepStrictEqual(parts, first?.parts))
  if (first && different) {
    throw new Error(`corosync.conf has settings that no inventory declares, which ha-run keeps, and they differ: ${first.node} has ${listed(first.parts)}, ${different.node} has ${listed(different.parts)}`)
  }
  if (first && countsVotes(first.parts)) {
    throw new Error(`corosync.conf on ${first.node} has ${listed(first.parts)}, which contradicts the expected_votes and two_node that ha-run writes; an inventory cannot declare it yet`)
  }
  return first?.parts ?? nothingKept
}

/** Corosync does not start with a quorum device beside two_node, and counts wrong with votes beside expected_votes (votequorum_readconfig in 3.1). */
function countsVotes({ within, ofNode }: KeptParts): boolean {
  const hasDevice = within['quorum']?.some(entry => 'entries' in entry && entry.name === 'device') ?? false
  return hasDevice || Object.values(ofNode).some(({ quorum_votes: votes = '1' }) => votes !== '1')
}

/** In a sentence: `totem.cluster_uuid abc, section uidgid`. */
function listed({ within, ofNode, others }: KeptParts): string {
  return [
    ...Object.entries(within).flatMap(([section, entries]) => entries.map(entry => 'key' in entry ? `${section}.${entry.key} ${entry.value}` : `section ${section}.${entry.name}`)),
    ...Object.entries(ofNode).flatMap(([id, values]) => Object.entries(values).map(([key, value]) => `${key} ${value} of node ${id}`)),
    ...others.map(({ name }) => `section ${name}`),
  ].join(', ')
}
