import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dump, load } from 'js-yaml'
import type { Lab } from '../../runner/lab/index.js'

export type ClusterVars = Record<string, unknown>
export type HostVars = Record<string, Record<string, unknown>>

/**
 * The lab's inventory with something changed, as a file of its own that goes with the lab.
 *
 * @returns its path.
 */
export async function changedInventory(
  lab: Lab,
  file: string,
  change: (cluster: ClusterVars, hosts: HostVars) => void,
): Promise<string> {
  const tree = load(await readFile(lab.inventory, 'utf8')) as {
    all: { children: { web: { vars: { cluster: ClusterVars }; hosts: HostVars } } }
  }
  const { vars, hosts } = tree.all.children.web
  change(vars.cluster, hosts)
  const path = join(lab.dir, file)
  await writeFile(path, dump(tree))
  return path
}
