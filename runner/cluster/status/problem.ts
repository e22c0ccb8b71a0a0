import type { Problem } from './events.js'

/** A fault. @param hint - what to do about it. */
export function failed(text: string, hint?: string): Problem {
  return { level: 'failed', text, ...(hint !== undefined && { hint }) }
}

/** A condition that an admin may have intended. */
export function warning(text: string, hint?: string): Problem {
  return { level: 'warning', text, ...(hint !== undefined && { hint }) }
}

export function namesOf(items: { name: string }[]): string {
  return items.map(({ name }) => name).join(', ')
}
