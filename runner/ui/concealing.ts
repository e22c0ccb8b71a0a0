import { concealed, mask } from '../concealed.js'
import type { Reporter } from '../engine/events.js'
import type { Difference } from '../tasks/difference.js'
import { mapText, type AnyEvent } from './visible.js'

/** Fields with words of ha-run, not of an inventory or a node. */
const ownFields = new Set<string | undefined>(['event', 'status'])

/** Masks in every event what must not be shown, before any reporter sees it. */
export function concealing(reporter: Reporter): Reporter {
  return {
    report: event => reporter.report(withoutSecrets(event)),
    suspend: async () => (await reporter.suspend?.()) ?? (() => {}),
    close: async () => reporter.close(),
  }
}

function withoutSecrets(event: AnyEvent): AnyEvent {
  const shown = mapText(event, (text, field) => (ownFields.has(field) ? text : concealed(text)))
  return 'diff' in event && event.diff && 'diff' in shown
    ? { ...shown, diff: event.diff.map(differenceWithoutSecrets) }
    : shown
}

/** If the declared value is masked, so is the present one: it is probably the former secret. */
function differenceWithoutSecrets(difference: Difference): Difference {
  const shown = mapText(difference, concealed)
  return shown.to !== difference.to && shown.from !== undefined ? { ...shown, from: mask } : shown
}
