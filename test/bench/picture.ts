import type { Results } from './results.js'
export function picture(_: Results): string { return '' }
