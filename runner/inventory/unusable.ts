import { templateHint } from './marks.js'
import type { Origin, Unusable } from './origin.js'

/**
 * Throws an InventoryError if a value, or anything in it, is a Jinja expression or could not be decrypted. This applies to the values that
 * ha-run uses; other variables may have both, so that an existing inventory loads.
 */
export function refuseUnusable(origin: Origin): void {
  const unusable = origin.unusable()
  if (!unusable) return
  const [message, hint] = explanations[unusable.why]
  throw unusable.origin.error(message, hint)
}

/** Why a value has no effect, as the end of a sentence; undefined if it is usable. For a value that ha-run can do without. */
export function whyUnusable(origin: Origin): string | undefined {
  const unusable = origin.unusable()
  return unusable && withoutEffect[unusable.why]
}

const withoutEffect: Record<Unusable, string> = {
  template: 'ha-run does not evaluate Jinja',
  vault: 'it is encrypted, and no password was given (--vault-password-file, --ask-vault-pass)',
  'other-vault': 'it is encrypted, and no given password decrypts it',
}

const explanations: Record<Unusable, [message: string, hint: string]> = {
  template: ['expected a value, got a Jinja expression', templateHint],
  vault: [
    'expected a value, got one encrypted with !vault, and no password was given',
    'Give its password: --vault-password-file FILE, or --ask-vault-pass.',
  ],
  'other-vault': [
    'expected a value, got one encrypted with !vault that no given password decrypts',
    'Give the password with which it was encrypted: --vault-password-file can be repeated.',
  ],
}
