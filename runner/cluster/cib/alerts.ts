import { eventKinds } from '../declaration/alerts.js'
import type { Alert, Recipient } from '../declaration/declaration.js'
import { attribute, elementsOf, firstOf, newElement, remove, walk, type Element } from '../pacemaker/xml.js'
import {
  append,
  claim,
  freeIds,
  freshId,
  noteValue,
  objectOf,
  sectionOf,
  setAttribute,
  type CibDraft,
} from './draft.js'
import { putNvpairs } from './nvpairs.js'
import { notePart } from './parts.js'

/** Adds or corrects the declared alerts. Options and recipients that somebody else has added stay. */
export function putAlerts(draft: CibDraft, alerts: Alert[]): void {
  for (const alert of alerts) {
    const { id, path, select, recipients } = alert
    const subject = `alert ${id}`
    const existing = objectOf(draft, 'alerts', id, 'alert')
    const element = existing ?? append(sectionOf(draft, 'alerts'), newElement('alert', { id: claim(draft, id), path }))
    if (existing === undefined) draft.differences.push({ subject, from: undefined, to: path })
    else setAttribute(draft, element, 'path', path, `${subject} path`)
    putSettings(draft, element, alert, subject)
    if (select) putSelection(draft, element, select, `${subject} select`)
    for (const recipient of recipients) putRecipient(draft, element, recipient, subject)
  }
}

function putSettings(
  draft: CibDraft,
  holder: Element,
  { options, meta }: Omit<Recipient, 'value'>,
  subject: string,
): void {
  const id = attribute(holder, 'id') ?? ''
  const sets = { options: 'instance_attributes', meta: 'meta_attributes' }
  putNvpairs(
    draft,
    { holder, set: sets.options, setId: `${id}-${sets.options}`, subject: `${subject} option` },
    options,
  )
  putNvpairs(draft, { holder, set: sets.meta, setId: `${id}-${sets.meta}`, subject: `${subject} meta` }, meta)
}

/** The recipient is known by its value: Pacemaker does not use its id. */
function putRecipient(draft: CibDraft, alert: Element, recipient: Recipient, subject: string): void {
  const { value } = recipient
  const existing = elementsOf(alert, 'recipient').find(element => attribute(element, 'value') === value)
  const id = existing ? '' : freshId(draft, `${attribute(alert, 'id')}-recipient`)
  const element = existing ?? append(alert, newElement('recipient', { id, value }))
  if (existing === undefined) draft.differences.push({ subject: `${subject} recipient`, from: undefined, to: value })
  noteValue(draft, element, existing === undefined)
  putSettings(draft, element, recipient, `${subject} recipient ${value}`)
}

/** Replaces the selection unless it means what is declared. */
function putSelection(
  draft: CibDraft,
  alert: Element,
  { kinds, attributes }: NonNullable<Alert['select']>,
  subject: string,
): void {
  const present = firstOf(alert, 'select')
  const made = newElement(
    'select',
    {},
    kinds.map(kind =>
      newElement(
        `select_${kind}`,
        {},
        kind === 'attributes' ? attributes.map(name => newElement('attribute', { id: '', name })) : [],
      ),
    ),
  )
  const [from, to] = [present && selectionText(present), selectionText(made)]
  notePart(draft, alert, 'select', from !== to)
  if (from === to) return
  if (present) {
    remove(present)
    freeIds(draft, walk(present))
  }
  for (const element of elementsOf(firstOf(made, 'select_attributes')))
    element.setAttribute('id', freshId(draft, `${attribute(alert, 'id')}-attribute-${attribute(element, 'name')}`))
  append(alert, made)
  draft.differences.push({ subject, from, to })
}

/** `nodes fencing attributes(pingd)`: the same text means the same. */
export function selectionText(select: Element): string {
  return eventKinds
    .flatMap(kind => {
      const element = firstOf(select, `select_${kind}`)
      if (element === undefined) return []
      const names = elementsOf(element, 'attribute').map(each => attribute(each, 'name') ?? '')
      return names.length === 0 ? [kind] : [`${kind}(${names.toSorted().join(' ')})`]
    })
    .join(' ')
}
