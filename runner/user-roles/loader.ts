import type { Cluster } from '../cluster/declaration/declaration.js'
import { readOutsideHost, type OutsideHost } from '../cluster/declaration/outside-host.js'
import type { ClusterRole } from '../cluster/role.js'
import type { Host, Inventory } from '../inventory/site.js'
import { bindHostRole, bindRole, type HostRole, type LoadedRole } from './bind.js'
import { RoleCode } from './code.js'
import { loadUserRole } from './load.js'
import { rehearse } from './rehearse.js'
import { misspeltVariables, readVariables } from './variables.js'

/** A role of the user's by its name, and where it is. */
export interface FoundRole {
  role: string
  file: string
}

/** Loads roles of the user's, and makes their tasks once: what is wrong with them ends the command before it connects to a node. */
export class RoleLoader {
  readonly #inventory: Inventory
  readonly #code: RoleCode
  readonly #loaded = new Map<string, LoadedRole>()

  private constructor(inventory: Inventory, code: RoleCode) {
    this.#inventory = inventory
    this.#code = code
  }

  static async open(inventory: Inventory): Promise<RoleLoader> {
    return new RoleLoader(inventory, await RoleCode.open())
  }

  /**
   * The role for the selected nodes of a cluster.
   *
   * @throws RoleError, InventoryError
   */
  async forCluster(found: FoundRole, cluster: Cluster, selected: ReadonlySet<string>): Promise<ClusterRole> {
    const loaded = await this.#load(found)
    const nodes = cluster.nodes.filter(({ name }) => selected.has(name))
    const variables = this.#variables(
      loaded,
      nodes.flatMap(({ name }) => this.#inventory.hosts.get(name) ?? []),
    )
    const role = bindRole(loaded, variables)
    rehearse(role, cluster, nodes, found.file)
    return role
  }

  /**
   * The role for a host that belongs to no cluster.
   *
   * @returns undefined if the role is for nodes of clusters.
   * @throws RoleError, InventoryError
   */
  async forHost(found: FoundRole, host: Host): Promise<{ role: HostRole; cluster: OutsideHost } | undefined> {
    const loaded = await this.#load(found)
    if (!loaded.role.anywhere) return undefined
    const cluster = readOutsideHost(host)
    const role = bindHostRole(loaded, this.#variables(loaded, [host]).get(host.name))
    rehearse(role, cluster, cluster.nodes, found.file)
    return { role, cluster }
  }

  async #load({ role: name, file }: FoundRole): Promise<LoadedRole> {
    const known = this.#loaded.get(file)
    if (known) return known
    const loaded = { role: await loadUserRole(name, file, this.#code), file, code: this.#code }
    this.#loaded.set(file, loaded)
    return loaded
  }

  #variables({ role }: LoadedRole, hosts: Host[]): Map<string, unknown> {
    for (const warning of misspeltVariables(role, hosts))
      if (!this.#inventory.warnings.includes(warning)) this.#inventory.warnings.push(warning)
    return new Map(hosts.map(host => [host.name, readVariables(role, host)]))
  }
}
