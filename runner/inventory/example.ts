import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of the example inventory that ha-run ships: relative inside its own repository, absolute elsewhere. */
export function examplePath(): string {
  const file = fileURLToPath(new URL('../../../inventory/example.yml', import.meta.url))
  const fromHere = relative(process.cwd(), file)
  return fromHere.startsWith('..') ? file : fromHere
}

/** The hint of an error about an inventory that is missing or empty. */
export function newcomerHint(): string {
  return `Copy ${examplePath()} to inventory/site.yml and put your own nodes into it.`
}
