/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProvenance } from '../../../runner/cluster/adoption/provenance.js'
import { daemonNames, daemonProcesses } from '../../../runner/cluster/daemons.js'
import type { ClusterMember, Scope } from '../../../runner/cluster/members.js'
import type { Cluster } from '../../../runner/cluster/declaration/declaration.js'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { moment, type Fact } from '../../../runner/facts/fact.js'
import type { NodeScope } from '../../../runner/tasks/scope.js'
import { loadInventory } from '../../../runner/inventory/load.js'
import { noConsent } from '../../engine/cluster.js'

/** The smallest declared cluster of so many nodes, with more under `cluster:`. The host `arbiter` is no member. */
export function clusterOf(more: object = {}, nodes = 2): Cluster {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-roles-'))
  try {
    const hosts = Array.from({ length: nodes }, (_, at) => [`node${at + 1}`, { ansible_host: `192.168.0.${at + 1}` }])
    const address = 'floating_ips' in more ? {} : { floating_ip: '192.168.0.10/24' }
    const cluster = { name: 'pacemaker1', ...address, fencing: 'disabled', ...more }
    writeFileSync(
      join(folder, 'site.yml'),
      JSON.stringify({
        all: {
          hosts: { arbiter: { ansible_host: '192.168.0.99' } },
          children: { web: { vars: { cluster }, hosts: Object.fromEntries(hosts) } },
        },
      }),
    )
    return readClusters(loadInventory(join(folder, 'site.yml')))[0]!
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a member answers to questions, by `family`, or `family argument`; a missing one is an error of the test. */
export type Answers = Record<string, unknown>

/** Unless the table says otherwise, ha-run has built the cluster, all daemons answer, and all answers are of one moment. */
const built: Answers = {
  [nodeProvenance.family.name]: { provenance: 'managed', adopted: false },
  [moment.family.name]: { from: 0, to: 0 },
  [daemonProcesses.family.name]: new Map(
    daemonNames.map((name, at) => [name, { pid: 100 + at, ageSeconds: 600, state: 'answers' }]),
  ),
}

/** A member that answers from a table. */
export function answering(name: string, answers: Answers | undefined): ClusterMember & NodeScope {
  const read = async ({ family, argument }: Fact<unknown>): Promise<unknown> => {
    const all = { ...built, ...answers }
    const key = [`${family.name} ${argument}`, family.name].find(candidate => candidate in all)
    if (key === undefined) throw new Error(`the test has no answer to "${family.name} ${argument}"`)
    return all[key]
  }
  return {
    name,
    node: { name, links: [] },
    unreachable: answers === undefined,
    read,
    readAgain: read,
    changed: () => {},
    consent: noConsent,
  } as unknown as ClusterMember & NodeScope
}

/** A scope of members that answer from tables; undefined for one that cannot be reached. */
export function scopeOf(members: Record<string, Answers | undefined>, selected = Object.keys(members)): Scope {
  const all = Object.entries(members).map(([name, answers]) => answering(name, answers))
  return {
    members: all,
    selected: all.filter(({ name }) => selected.includes(name)),
    supporting: [],
    leader: all.find(({ unreachable }) => !unreachable)!,
    roles: new Set(),
    run: 'root@admin since 2026-11-29T12:00:00.000Z (run 1f2e3d4c)',
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    progress: () => {},
    consent: noConsent,
  }
}
