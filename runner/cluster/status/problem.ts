import type { Problem } from './events.js'

/** It must not be so. @param hint - what to do about it. */
export function failed(text: string, hint?: string): Problem {
  return { level: 'failed', text, ...hint !== undefined && { hint } }
}

/** An admin may mean it. */
export function warning(text: string, hint?: string): Problem {
  return { level: 'warning', text, ...hint !== undefined && { hint } }
}

export function namesOf(items: { name: string }[]): string {
  return items.map(({ name }) => name).join(', ')
}
