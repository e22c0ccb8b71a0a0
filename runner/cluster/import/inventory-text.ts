import { newElement, readXml, type Element } from '../pacemaker/xml.js'
import { arbiterHostLines, quorumDeviceLines, runningArbiter } from './arbiter.js'
import { constraintLines, optionLines, resourceLines, type CibLine } from './cib-lines.js'
import { corosyncLines } from './corosync-lines.js'
import { corosyncSettings } from './corosync-settings.js'
import { declaredDevices, fencingLines } from './devices.js'
import { fencingOf, type Fencing } from './fencing.js'
import { floatingIps, optionsIn, otherFloatingIps, type FloatingIp } from './floating-ips.js'
import { hostLines } from './host-lines.js'
import { linksOf } from './links.js'
import { clusterName, groupName, inventoryNames } from './names.js'
import { layoutOf, ownersOf } from './ownership.js'
import type { NodeReading } from './reading.js'
import { absentNodes, runningMembers } from './running-members.js'
import { id as nameForm } from '../declaration/schema-parts.js'
import { comment, entry, yamlScalar } from './yaml-text.js'

/**
 * The inventory of a running cluster, with comments like those of inventory/example.yml.
 *
 * @param readings - from nodes of one cluster; the settings and the CIB of the first one are used.
 * @throws Error if the CIB cannot be read.
 */
export function inventoryText(readings: NodeReading[], readAt: Date): string {
  const [first] = readings
  if (first === undefined) throw new Error('no node was read')
  const text = readings.find(({ cib }) => cib !== undefined)?.cib
  const cib = text === undefined ? newElement('cib') : readXml(text)
  const properties = optionsIn(cib, 'crm_config')
  const members = runningMembers(readings)
  const names = inventoryNames(members)
  const { name, remark } = clusterName(first.cmap.get('totem.cluster_name')?.value, properties.get('cluster-name'))
  const devices = declaredDevices(cib, names, properties)
  const arbiter = runningArbiter(first.cmap, names)
  const settings = corosyncSettings(first.cmap, first.conf, members.length, arbiter?.implied)
  return [
    ...header(name, readings, readAt),
    'all:',
    ...(arbiter ? arbiterHostLines(arbiter) : []),
    entry(2, 'children'),
    entry(
      4,
      groupName(name, names),
      undefined,
      'a group with a "cluster:" variable is one cluster, its hosts are the nodes',
    ),
    entry(6, 'vars'),
    entry(8, 'cluster'),
    entry(10, 'name', yamlScalar(name), remark),
    ...floatingIpLines(cib, readings),
    ...(devices ?? [fencingLine(fencingOf(cib, properties))]),
    ...(arbiter ? quorumDeviceLines(arbiter) : []),
    ...(layoutOf(cib) === 'cloned'
      ? [entry(10, 'layout', 'cloned', 'Apache runs on every node, only the address moves')]
      : []),
    ...corosyncLines(settings, linksOf(members, names), members, names),
    ...cibLines(cib, devices !== undefined),
    '',
    entry(6, 'hosts'),
    ...hostLines(members, names, withoutFloating(readings, floatingIps(cib, readings))),
    ...absentNodes(readings, members).map(node =>
      comment(
        8,
        `${node}: a member to Pacemaker, and not to Corosync: add it with its address, or remove it from the CIB`,
      ),
    ),
    '',
  ].join('\n')
}

/** A floating IP on the command line leads to a node, but is not the node's address. */
function withoutFloating(readings: NodeReading[], floating: FloatingIp[]): NodeReading[] {
  return readings.map(reading =>
    floating.some(({ address }) => address === reading.host)
      ? { ...reading, host: `the floating IP ${reading.host}` }
      : reading,
  )
}

function header(name: string, readings: NodeReading[], readAt: Date): string[] {
  const time = readAt.toISOString().replace('T', ' ').slice(0, 16)
  return [
    `The cluster ${name} as it ran on ${time} UTC, read by \`ha-run import\` from ${readings.map(({ host }) => host).join(', ')}.`,
    'Read it through and save it as inventory/site.yml. `ha-run site --check --diff` then shows what a run would change,',
    'and changes nothing. inventory/example.yml explains every setting.',
  ].map(line => comment(0, line))
}

function floatingIpLines(cib: Element, readings: NodeReading[]): string[] {
  const all = floatingIps(cib, readings)
  const [chosen, ...others] = declarable(all)
  const kept = all.filter(each => each !== chosen && !others.includes(each))
  const further = [...kept.map(({ id, address }) => `${id} (${address})`), ...otherFloatingIps(cib)]
  const rest =
    further.length === 0 ? [] : [comment(10, `further floating IPs, kept as they are: ${further.join(', ')}`)]
  if (chosen === undefined) {
    return [
      comment(
        10,
        'The cluster has no floating IP (IPaddr2), and an inventory needs one: choose a free address in the network of the nodes.',
      ),
      comment(10, 'floating_ip: 192.168.0.10/24'),
      ...rest,
    ]
  }
  if (others.length === 0)
    return [entry(10, 'floating_ip', prefixedText(chosen), [chosen.id, ...doubts(chosen)].join('')), ...rest]
  return [
    entry(10, 'floating_ips', undefined, 'by the names of their resources'),
    ...[chosen, ...others].map(each => {
      const remark = doubts(each)
        .join('')
        .replace(/^[,;] /, '')
      return entry(12, each.id, prefixedText(each), remark === '' ? undefined : remark)
    }),
    ...rest,
  ]
}

/**
 * The addresses for the inventory: the first one, and all others that run: verify expects each declared one on a node. An address that
 * two resources have is declared once.
 */
function declarable([first, ...others]: FloatingIp[]): FloatingIp[] {
  if (first === undefined) return []
  const seen = new Set([first.address])
  const further = others.filter(({ id, address, started }) => {
    const isNew = started && first.started && nameForm.test(id) && nameForm.test(first.id) && !seen.has(address)
    seen.add(address)
    return isNew
  })
  return [first, ...further]
}

const guesses = { 4: 24, 6: 64 } as const

function prefixedText({ address, prefix, family }: FloatingIp): string {
  return yamlScalar(`${address}/${prefix ?? guesses[family]}`)
}

function doubts({ prefix, started, family }: FloatingIp): string[] {
  return [
    ...(started ? [] : [', which does not run now']),
    ...(prefix === undefined ? [`; no node shows its prefix: /${guesses[family]} is a guess, correct it`] : []),
  ]
}

function fencingLine({ value, remark }: Fencing): string {
  return entry(10, 'fencing', value, remark)
}

/** @param declaresDevices - whether the inventory declares the fencing devices: otherwise they are kept, whoever added them. */
function cibLines(cib: Element, declaresDevices: boolean): string[] {
  const all = [...resourceLines(cib), ...constraintLines(cib), ...optionLines(cib)]
  const devices = fencingLines(cib, all)
  const lines = all.filter(line => !devices.includes(line))
  const { byDefault, byInventory, others } = ownersOf(cib, lines)
  return [
    ...list(declaresDevices ? others : all.filter(line => others.includes(line) || devices.includes(line)), [
      'Resources, constraints and properties of the cluster: kept as they are, since they are not declared here.',
      'Declare what ha-run shall manage under "resources:", "constraints:", "properties:" and so on (docs/resources.md).',
    ]),
    ...list(byDefault, [
      "What ha-run manages in this cluster by default. Declare it if its values differ from inventory/example.yml's.",
    ]),
    ...list(byInventory, [
      'An earlier inventory declared these, and ha-run owns them: declare them here too, or the next run removes them.',
    ]),
  ]
}

function list(lines: CibLine[], heading: string[]): string[] {
  if (lines.length === 0) return []
  return ['', ...heading.map(text => comment(10, text)), ...lines.map(({ text }) => comment(10, `  ${text}`))]
}
