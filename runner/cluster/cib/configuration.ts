import { fact, withDaemonTimeout, type Fact } from '../../facts/fact.js'
import { selectionText } from './alerts.js'
import { rulesIn } from './default-sets.js'
import { resourceElements } from './draft.js'
import { describe, kindOf } from './labels.js'
import { attribute, elementsOf, firstOf, readXml, type Element } from '../pacemaker/xml.js'
import { withoutSecrets } from '../secret-parameters.js'

/** crmsh writes logs, caches and a home directory, but `ha-run status` must write nothing: crmsh gets private, temporary ones. */
const inPrivate =
  'for folder in /root /tmp /var/log/crmsh; do [ ! -d $folder ] || mount -t tmpfs tmpfs $folder || exit 1; done; exec crm -D plain configure show'

/**
 * What `crm configure show` prints; the same from the CIB if crmsh is not installed. Undefined if Pacemaker does not answer. Secrets are
 * hidden: crmsh does so only if it is configured to.
 */
export const cibConfiguration: Fact<string | undefined> = fact(
  'crm configure show',
  `if command -v crm >/dev/null && shown=$(timeout -k 2 30 unshare -m sh -c '${inPrivate}'); then printf '%s\\n' "$shown"; else ${withDaemonTimeout('cibadmin -Q')}; fi`,
  ({ stdout, exitCode }) =>
    exitCode === 0
      ? withoutSecrets(stdout.trimStart().startsWith('<') ? configurationText(stdout) : stdout.trimEnd())
      : undefined,
)

/**
 * The configuration of a CIB (the output of `cibadmin -Q`) in a form like crmsh's: one paragraph for each object.
 *
 * @throws Error if this is no XML.
 */
export function configurationText(cib: string): string {
  const sections = elementsOf(firstOf(readXml(cib), 'configuration'))
  return sections
    .flatMap(section => elementsOf(section))
    .map(paragraph)
    .join('\n')
}

function paragraph(object: Element): string {
  const id = attribute(object, 'id') ?? ''
  const own =
    object.tagName === 'node'
      ? (attribute(object, 'uname') ?? '')
      : object.tagName === 'tag'
        ? elementsOf(object, 'obj_ref')
            .map(ref => attribute(ref, 'id'))
            .join(' ')
        : describe(object)
  const nested = elementsOf(object)
    .filter(({ tagName }) => resourceElements.has(tagName))
    .map(paragraph)
  return [[`${kindOf(object)} ${id}`, own, ...parts(object)].filter(Boolean).join(' '), ...nested].join('\n')
}

/** The parts of an object, each on its own line. */
function parts(object: Element): string[] {
  if (object.tagName === 'cluster_property_set' || object.tagName === 'meta_attributes') {
    const rules = rulesIn(object)
    return [...(rules === '' ? [] : [`rule ${rules}`]), ...values(object)].map(onItsLine)
  }
  return elementsOf(object).flatMap(child => {
    if (child.tagName === 'operations')
      return elementsOf(child, 'op').map(op =>
        onItsLine(
          ['op', attribute(op, 'name'), describe(op), ...elementsOf(op).flatMap(values)].filter(Boolean).join(' '),
        ),
      )
    if (child.tagName === 'select') return [onItsLine(`select ${selectionText(child)}`)]
    if (child.tagName === 'recipient')
      return [onItsLine(['recipient', attribute(child, 'value'), ...elementsOf(child).flatMap(values)].join(' '))]
    const pairs = values(child)
    return pairs.length === 0 ? [] : [onItsLine(`${setNames[child.tagName] ?? child.tagName} ${pairs.join(' ')}`)]
  })
}

const setNames: Record<string, string> = {
  instance_attributes: 'params',
  meta_attributes: 'meta',
  utilization: 'utilization',
}

function values(set: Element): string[] {
  return elementsOf(set, 'nvpair').map(pair => {
    const value = attribute(pair, 'value') ?? ''
    return `${attribute(pair, 'name') ?? ''}=${/^[\w.:-]+$/.test(value) ? value : JSON.stringify(value)}`
  })
}

function onItsLine(text: string): string {
  return `\\\n\t${text}`
}
