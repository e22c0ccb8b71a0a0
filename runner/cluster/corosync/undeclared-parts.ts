import { isDeepStrictEqual } from 'node:util'
import { ownSettings, sectionsNamed, type ConfSetting, type Section } from './conf.js'
import { isOwnDevice } from './quorum-device.js'
import { isWritten } from '../declaration/corosync-settings.js'

/** The parts of a corosync.conf that an inventory cannot declare. They stay when ha-run writes the file. */
export interface UndeclaredParts {
  /** Settings and subsections of totem, quorum and logging: cluster_uuid, interface, logger_subsys. */
  within: Record<string, (ConfSetting | Section)[]>
  /** Settings of a node other than its name, id and addresses, by the node's id. */
  ofNode: Record<number, Record<string, string>>
  /** Other sections: uidgid, resources, system. */
  others: Section[]
}

export const noUndeclaredParts: UndeclaredParts = { within: {}, ofNode: {}, others: [] }

/** The sections that ha-run writes, apart from the node list. */
const writtenSections = ['totem', 'quorum', 'logging']

/** Whether ha-run writes this subsection, so that it removes one that the inventory does not declare. */
const isWrittenSection = (within: string, section: Section) =>
  within === 'quorum' && section.name === 'device' && isOwnDevice(section)

/** Whether ha-run writes this setting of a node. */
const isWrittenForNode = (setting: string) => /^(ring\d+_addr|name|nodeid)$/.test(setting)

/** The undeclared parts of one file, without its comments. */
export function undeclaredParts(conf: Section): UndeclaredParts {
  const entriesOf = (name: string) =>
    sectionsNamed(conf, name)
      .flatMap(({ entries }) => entries)
      .filter(entry => ('entries' in entry ? !isWrittenSection(name, entry) : !isWritten(`${name}.${entry.name}`)))
  const nodes = sectionsNamed(conf, 'nodelist')
    .flatMap(list => sectionsNamed(list, 'node'))
    .map(ownSettings)
  const extras = nodes.map(
    node => [node.get('nodeid'), [...node].filter(([setting]) => !isWrittenForNode(setting))] as const,
  )
  return {
    within: Object.fromEntries(
      writtenSections.map(name => [name, entriesOf(name)] as const).filter(([, entries]) => entries.length > 0),
    ),
    ofNode: Object.fromEntries(
      extras
        .filter(([id, some]) => id !== undefined && some.length > 0)
        .map(([id, some]) => [id, Object.fromEntries(some)]),
    ),
    others: conf.entries
      .filter(entry => 'entries' in entry)
      .filter(({ name }) => ![...writtenSections, 'nodelist'].includes(name)),
  }
}

/**
 * The undeclared parts of all nodes' files. Files without any are ignored, since ha-run may just have created them.
 * @throws Error if two files differ in them, or if they contradict what ha-run writes.
 */
export function commonUndeclaredParts(confs: Map<string, Section | undefined>): UndeclaredParts {
  const all = [...confs]
    .flatMap(([node, conf]) => (conf ? [{ node, parts: undeclaredParts(conf) }] : []))
    .filter(({ parts }) => !isDeepStrictEqual(parts, noUndeclaredParts))
  const [first, ...others] = all
  const different = others.find(({ parts }) => !isDeepStrictEqual(parts, first?.parts))
  if (first && different) {
    const both = [first, different].map(({ node, parts }) => `${node} has ${listed(parts)}`).join(', ')
    throw new Error(
      `corosync.conf has settings that an inventory cannot declare, which ha-run keeps, and they differ: ${both}`,
    )
  }
  if (first && contradictsQuorum(first.parts)) {
    throw new Error(
      `corosync.conf on ${first.node} has ${listed(first.parts)}, which contradicts the expected_votes and two_node that ha-run writes; an inventory cannot declare it yet`,
    )
  }
  return first?.parts ?? noUndeclaredParts
}

/**
 * A quorum device with settings that an inventory cannot declare. And Corosync miscounts with both quorum_votes and
 * expected_votes (votequorum_readconfig in exec/votequorum.c of 3.1).
 */
function contradictsQuorum({ within, ofNode }: UndeclaredParts): boolean {
  const hasDevice = within['quorum']?.some(entry => 'entries' in entry && entry.name === 'device') ?? false
  return hasDevice || Object.values(ofNode).some(({ quorum_votes: votes = '1' }) => votes !== '1')
}

/** As part of a sentence: `totem.cluster_uuid abc, section uidgid`. */
function listed({ within, ofNode, others }: UndeclaredParts): string {
  return [
    ...Object.entries(within).flatMap(([section, entries]) =>
      entries.map(entry =>
        'value' in entry ? `${section}.${entry.name} ${entry.value}` : `section ${section}.${entry.name}`,
      ),
    ),
    ...Object.entries(ofNode).flatMap(([id, values]) =>
      Object.entries(values).map(([setting, value]) => `${setting} ${value} of node ${id}`),
    ),
    ...others.map(({ name }) => `section ${name}`),
  ].join(', ')
}
