import type { RunningMember } from './running-members.js'

/** Names for the inventory, from those of the running cluster. */

/** A node's name in an inventory: a label of a host name, with a letter in it. */
const label = /^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

/** The nodes' inventory names, each unique: Pacemaker's name, or else its first label, or else `node1`. */
export function inventoryNames(members: RunningMember[]): string[] {
  const names: string[] = []
  for (const member of members) {
    const runs = runningName(member) ?? ''
    const [first = ''] = runs.split('.')
    // Two nodes of different domains may have the same first label.
    const usable = [runs, first, runs.replaceAll(/[^a-z0-9]+/gi, '-')].find(
      name => isLabel(name) && !taken(names, name),
    )
    names.push(usable ?? nextFree(names, members))
  }
  return names
}

/** A member's name in the running cluster; undefined if it has none. */
export function runningName({ corosyncName, pacemakerName }: RunningMember): string | undefined {
  return pacemakerName ?? corosyncName
}

/** `node_name` of a member: the name that it keeps, if that is not its inventory name. */
export function keptName({ corosyncName, pacemakerName }: RunningMember, inventoryName: string): string | undefined {
  const runs = corosyncName ?? pacemakerName
  return runs === inventoryName ? undefined : runs
}

function isLabel(name: string): boolean {
  return label.test(name) && name.toLowerCase() !== 'localhost'
}

function taken(names: string[], name: string): boolean {
  return names.some(other => other.toLowerCase() === name.toLowerCase())
}

function nextFree(names: string[], members: RunningMember[]): string {
  const running = members.flatMap(member => runningName(member) ?? [])
  let number = 1
  while (taken([...names, ...running], `node${number}`)) number += 1
  return `node${number}`
}

/** A valid group name in Ansible, different from the names of the nodes and from Ansible's own groups. */
export function groupName(cluster: string, nodes: string[]): string {
  const plain = cluster.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')
  return ['all', 'ungrouped', '', ...nodes.map(name => name.toLowerCase())].includes(plain.toLowerCase())
    ? `${plain}_cluster`
    : plain
}

export interface ClusterName {
  name: string
  /** Where it comes from. */
  remark: string
}

/** The cluster's name: Corosync's, or else the CIB's, or else a made-up one. */
export function clusterName(corosync: string | undefined, cib: string | undefined): ClusterName {
  const [name = '', source] = corosync
    ? [corosync, "Corosync's totem.cluster_name"]
    : [cib, 'cluster-name in the CIB; Corosync runs without a name']
  if (name === '') return { name: 'cluster1', remark: 'made up: the cluster runs without a name' }
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/.test(name) && name !== 'debian') return { name, remark: source }
  const near = name
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 31)
    .replace(/[^A-Za-z0-9]+$/, '')
  return {
    name: near === '' || near === 'debian' ? 'cluster1' : near,
    remark: `made up: an inventory cannot have the name that runs, ${JSON.stringify(name)}`,
  }
}
