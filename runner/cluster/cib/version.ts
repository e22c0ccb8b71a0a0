import { sha256 } from '../../hash.js'
import {
  attribute,
  attributesOf,
  elementsOf,
  firstOf,
  newElement,
  parseXml,
  readXml,
  renderXml,
  type Element,
} from '../pacemaker/xml.js'

/** The version of a CIB's configuration, `admin_epoch.epoch`: it changes with the configuration, but not with the status. */
export function versionOf(cib: string): string {
  const root = readXml(cib)
  return ['admin_epoch', 'epoch'].map(name => /^\d+$/.exec(attribute(root, name) ?? '')?.[0] ?? '').join('.')
}

/** Twelve digits of a hash of the configuration, independent of the order in which a node keeps attributes. */
export function digestOf(cib: string): string {
  const configuration = firstOf(readXml(cib), 'configuration')
  return sha256(JSON.stringify(configuration ? plain(configuration) : null)).slice(0, 12)
}

function plain(element: Element): unknown {
  return [
    element.tagName,
    attributesOf(element).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    elementsOf(element).map(plain),
  ]
}

/** A number that grows as versions do. Epochs stay far below a billion; admin_epoch is raised by hand only. */
export function versionOrder(version: string): number {
  const [adminEpoch = 0, epoch = 0] = version.split('.').map(Number)
  return adminEpoch * 1e9 + epoch
}

/** The CIB without its status, which changes all the time and which ha-run neither patches nor records. */
export function withoutStatus(cib: string): string {
  const root = parseXml(cib)
  for (const status of elementsOf(root, 'status')) root.replaceChild(newElement('status'), status)
  return renderXml(root)
}
