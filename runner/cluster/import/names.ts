import type { RunningMember } from './running-members.js'

/** Names that an inventory takes, made of those that run. */

/** As `ha-run` takes a node's name: a label of a host name, with a letter in it. */
const label = /^(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

/** The nodes' inventory names, in their order: Pacemaker's, else the first label of it, else `node1`; each once. */
export function inventoryNames(members: RunningMember[]): string[] {
  const names: string[] = []
  for (const member of members) {
    const runs = runningName(member) ?? ''
    const [first = ''] = runs.split('.')
    // Two nodes of different domains may have the same first label.
    const usable = [runs, first, runs.replaceAll(/[^a-z0-9]+/gi, '-')].find(name => isLabel(name) && !taken(names, name))
    names.push(usable ?? nextFree(names, members))
  }
  return names
}

/** What a member is called in the running cluster; undefined where nobody gave it a name. */
export function runningName({ corosyncName, pacemakerName }: RunningMember): string | undefined {
  return pacemakerName ?? corosyncName
}

/** `node_name` of a member: the name that it keeps, where that is not its inventory name. */
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

/** As Ansible takes a group's name, and none of the nodes' names nor Ansible's own. */
export function groupName(cluster: string, nodes: string[]): string {
  const plain = cluster.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')
  return ['all', 'ungrouped', '', ...nodes.map(name => name.toLowerCase())].includes(plain.toLowerCase()) ? `${plain}_cluster` : plain
}

export interface ClusterName {
  name: string
  /** Where it comes from. */
  remark: string
}

/** The cluster's name: Corosync's, else the CIB's, else one that is made up. */
export function clusterName(corosync: string | undefined, cib: string | undefined): ClusterName {
  const [name = '', source] = corosync ? [corosync, "Corosync's totem.cluster_name"] : [cib, 'cluster-name in the CIB; Corosync runs without a name']
  if (name === '') return { name: 'cluster1', remark: 'made up: the cluster runs without a name' }
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$/.test(name) && name !== 'debian') return { name, remark: source }
  const near = name.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 31).replace(/[^A-Za-z0-9]+$/, '')
  return { name: near === '' || near === 'debian' ? 'cluster1' : near, remark: `made up: an inventory cannot have the name that runs, ${JSON.stringify(name)}` }
}
