import type { WorkName } from './results.js'

/** The works that are measured, with their labels in the table. */
export const works: Record<WorkName, string> = {
  a: 'nothing to do, 2 nodes',
  b: 'nothing to do, 16 nodes',
  c: 'bare to verified, 2 nodes',
  d: 'one drifted file on one of 16 nodes',
  e: '`--check`, 16 nodes',
  f: 'a stand-in role on plain sshd hosts: the runner alone',
  g: 'nothing to do, 20 ms further away',
  h: '`ha-run --help`',
  i: 'nothing to do, 2 nodes, a CIB of',
  j: 'the stand-in role on clusters of two plain sshd hosts, `--forks 20`',
}

/** Sizes of the labs. */
export const few = 2
export const many = 16

/** Numbers of plain hosts. */
export const hostCounts = [1, 4, 16, 64]

/** Numbers of clusters of two plain hosts. */
export const clusterCounts = [50, 100, 200]

/** Numbers of resources in the CIB. */
export const resourceCounts = [10, 100, 1000]

/** How many hosts do not answer in (j) with dead hosts, as the tool's name says. */
export const deadHosts = 20

/** Default number of runs of each tool: quick works, those that take half a minute, and single processes. */
export const rounds = { quick: 5, slow: 3, tiny: 20 }
