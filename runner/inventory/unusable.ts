import { templateHint } from './marks.js'
import type { Origin } from './origin.js'

/**
 * Throws an InventoryError if a value, or anything in it, is `!vault` or a Jinja expression. This applies to the values that
 * ha-run uses; other variables may have both, so that an existing inventory loads.
 */
export function refuseUnusable(origin: Origin): void {
  const unusable = origin.unusable()
  if (!unusable) return
  throw unusable.why === 'vault'
    ? unusable.origin.error(
        'expected a value, got one encrypted with !vault',
        'ha-run does not decrypt: write the value itself.',
      )
    : unusable.origin.error('expected a value, got a Jinja expression', templateHint)
}
