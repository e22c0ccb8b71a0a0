import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { InventoryError } from '../../runner/errors.js'

/**
 * One test a folder of `test/cases/KIND`: what `read` makes of it is in its `expected.json`, or the exact
 * error, hint included, in its `error.txt`.
 */
export function testCases(kind: string, read: (folder: string) => unknown): void {
  const root = join('test/cases', kind)
  for (const name of readdirSync(root).sort()) {
    const folder = join(root, name)
    const errorFile = join(folder, 'error.txt')
    test(`${kind}/${name}`, t => {
      if (existsSync(errorFile)) {
        const error = t.throws(() => read(folder), { instanceOf: InventoryError })
        t.is(errorText(error), readFileSync(errorFile, 'utf8'))
      } else {
        const expected: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
        t.deepEqual(JSON.parse(JSON.stringify(read(folder))), expected)
      }
    })
  }
}

/** An error as `error.txt` holds it. */
function errorText({ message, hint }: InventoryError): string {
  return hint === undefined ? `${message}\n` : `${message}\n\nHint: ${hint}\n`
}

/** A case's inventory: a folder of that name, or one file, in YAML or INI. */
export function inventoryOf(folder: string): string {
  const present = ['inventory', 'hosts'].map(name => join(folder, name)).find(path => existsSync(path))
  return present ?? join(folder, 'inventory.yml')
}
