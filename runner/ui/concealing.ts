import { concealed, concealsAnything } from '../concealed.js'
import type { Reporter } from '../engine/events.js'
import type { AnyEvent } from './visible.js'

/** Masks in every event what must not be shown, before any reporter sees it. */
export function concealing(reporter: Reporter): Reporter {
  if (!concealsAnything()) return reporter
  return {
    report(event) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the text of its strings changes
      reporter.report(withoutSecrets(event) as AnyEvent)
    },
    suspend: async () => (await reporter.suspend?.()) ?? (() => {}),
    close: async () => reporter.close(),
  }
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return concealed(value)
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutSecrets(inner)]))
}
