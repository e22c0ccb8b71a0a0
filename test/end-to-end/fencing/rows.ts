import type { LabExtras } from '../../../runner/lab/index.js'
import type { ClusterVars } from '../inventory.js'

/** A row of the table in docs/fencing.md: a cluster, and what protects it from two owners of an address. */
export interface Row {
  name: string
  /** The code name of the nodes' release. */
  release: string
  nodes: number
  extras: LabExtras
}

export const rows: readonly Row[] = ['bookworm', 'trixie'].flatMap(release => [
  { name: `${release}, two nodes and plugs`, release, nodes: 2, extras: { plugs: true } },
  { name: `${release}, two nodes and an arbiter`, release, nodes: 2, extras: { arbiter: true } },
  { name: `${release}, three nodes and plugs`, release, nodes: 3, extras: { plugs: true } },
])

/** Takes the protection out of a lab's inventory, which declares it. */
export function unprotect(cluster: ClusterVars): void {
  cluster['fencing'] = 'disabled'
  delete cluster['quorum_device']
}
