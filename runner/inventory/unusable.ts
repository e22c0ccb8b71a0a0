import { templateHint } from './marks.js'
import type { Origin } from './origin.js'

/**
 * Throws an InventoryError where a value, or anything in it, is `!vault` or a Jinja expression. Asked of every
 * value that ha-run uses; variables of others may hold both, so that an existing inventory loads.
 */
export function refuseUnusable(origin: Origin): void {
  const found = origin.unusable()
  if (!found) return
  throw found.why === 'vault'
    ? found.origin.error(
        'expected a value, got one encrypted with !vault',
        'ha-run does not decrypt: write the value itself.',
      )
    : found.origin.error('expected a value, got a Jinja expression', templateHint)
}
