import { ConnectError } from '../../errors.js'
import type { Fact, Family } from '../../facts/fact.js'
import { interfaceAddressesIn } from '../../facts/interface-addresses.js'
import { daemonFaults, daemonProcesses, type DaemonFault, type Service } from '../daemons.js'
import { parseCfgtool, type Link } from '../corosync/cfgtool.js'
import { leftoversIn } from '../cib/removal.js'
import { parseCmap, type Cmap } from '../corosync/cmap.js'
import { drainsIn, type Drain } from '../pacemaker/drain.js'
import { parseCrmMon, type ClusterState } from '../pacemaker/crm-mon.js'
import { corosyncLinks, quorum, runningCmap } from '../corosync/facts.js'
import { clusterState } from '../pacemaker/facts.js'
import { interfacesOf, interfacesWith } from '../pacemaker/floating-ip.js'
import type { ClusterMember } from '../members.js'
import { parseQuorumtool, type Quorum } from '../corosync/quorumtool.js'

/** The cluster as one node sees it. What its daemons do not report is left out. */
export interface NodeView {
  quorum?: Quorum | undefined
  links?: Link[] | undefined
  /** The entries of the cmap under `nodelist.` and `totem.`. */
  cmap?: Cmap | undefined
  state?: ClusterState | undefined
  /** The node's interfaces that have a floating IP, by address; one that no interface has may be left out. */
  interfaces: Map<string, string[]>
  /** The ids of the constraints that `crm resource move` and `ban` have left behind. */
  leftovers: string[]
  /** The nodes that ha-run has drained and not readmitted; left out if the CIB was not read for it. */
  drains?: Drain[]
  /** The state of each daemon that does not answer; left out if the daemons were not queried for it. */
  silent?: { corosync?: DaemonState; pacemaker?: DaemonState } | undefined
  /** The services whose unit is active; left out if the units were not read. */
  active?: Service[]
  /** The daemons that do not work although their unit is active; left out if they were not asked. */
  faults?: DaemonFault[]
  /** Why answers could not be parsed. */
  unread: string[]
}

/** The state of a daemon that does not answer. */
export type DaemonState = 'not installed' | 'not running' | 'failed' | 'starting' | 'not answering'

/** How long a daemon may take to answer: people wait for the status, and it reports a daemon that hangs. */
const daemonTimeoutSeconds = 3

const commands = {
  quorum: 'corosync-quorumtool -s',
  links: 'corosync-cfgtool -s',
  cmap: 'corosync-cmapctl nodelist. totem.',
  state: 'crm_mon -1 --output-as=xml',
  constraints: 'cibadmin -Q --xpath //configuration/constraints|//configuration/nodes',
} as const

type Query = keyof typeof commands

/**
 * All queries of the status to a node, as one script. What needs no daemon is read first: it is of the same moment on all nodes. Queries to the same daemon follow each other, and once it has
 * timed out, the remaining ones are skipped.
 */
const statusQueries: Family<NodeView> = {
  name: 'status of a cluster',
  script:
    () => `addresses=$(ip -o addr show); units=$(systemctl show -p LoadState,ActiveState corosync.service pacemaker.service)
ask() { hung=\${2:+$hung}; case $hung in 124|137) ;; *) timeout -k 1 ${daemonTimeoutSeconds} $1; hung=$? ;; esac; printf '\\0%s\\0' $hung; }
ask '${commands.quorum}'; ask '${commands.links}' too; ask '${commands.cmap}' too; ask '${commands.state}'; ask '${commands.constraints}' too
printf '%s\\0%s' "$addresses" "$units"`,
  parse: ({ stdout }, [addresses = '']) => [viewIn(stdout, addresses.split(' '))],
}

/** A node's view of its cluster, with the daemons that do not work. */
export async function readStatus(
  { read }: Pick<ClusterMember, 'read'>,
  floatingIps: readonly string[],
): Promise<NodeView> {
  const [view, processes] = await Promise.all([read(statusQuery(floatingIps)), read(daemonProcesses)])
  return { ...view, faults: daemonFaults(processes, view.active ?? []) }
}

/** The same without the daemons. A service that hangs delays it by 3 s. */
export function statusQuery(floatingIps: readonly string[]): Fact<NodeView> {
  return { family: statusQueries, argument: floatingIps.join(' ') }
}

/** Parses the output of a status query. */
export function viewIn(output: string, floatingIps: readonly string[]): NodeView {
  const fields = output.split('\0')
  const answers = Object.keys(commands).map(
    (name, at) => [name, { text: fields[at * 2] ?? '', code: Number(fields[at * 2 + 1]) }] as const,
  )
  const outputs = Object.fromEntries(answers) as Record<Query, { text: string; code: number }>
  const [addresses = '', units = ''] = fields.slice(answers.length * 2)
  const unread: string[] = []
  const read = <T>(name: Query, parse: (text: string) => T): T | undefined => {
    const { text, code } = outputs[name]
    // Exit code 2 means "not quorate" and comes with valid output.
    if (code !== 0 && !(name === 'quorum' && text.includes('Quorate:'))) return undefined
    try {
      return parse(text)
    } catch (error) {
      unread.push((error as Error).message)
      return undefined
    }
  }
  const view = {
    quorum: read('quorum', parseQuorumtool),
    links: read('links', parseCfgtool),
    cmap: read('cmap', parseCmap),
    state: read('state', parseCrmMon),
    interfaces: new Map(floatingIps.map(address => [address, interfacesOf(interfaceAddressesIn(addresses), address)])),
    leftovers: read('constraints', leftoversIn) ?? [],
    drains: read('constraints', drainsIn) ?? [],
    unread,
  }
  const [corosync, pacemaker] = units.trim().split('\n\n')
  const isActive = (unit = '') => /^ActiveState=active$/m.test(unit)
  return {
    ...view,
    active: [
      ...(isActive(corosync) ? (['corosync'] as const) : []),
      ...(isActive(pacemaker) ? (['pacemaker'] as const) : []),
    ],
    silent: {
      ...(outputs.quorum.code !== 0 && !view.quorum && { corosync: daemonState(corosync, outputs.quorum.code) }),
      ...(outputs.state.code !== 0 && { pacemaker: daemonState(pacemaker, outputs.state.code) }),
    },
  }
}

function daemonState(unit = '', code: number): DaemonState {
  if (code === 127 || unit.includes('LoadState=not-found')) return 'not installed'
  const [, active] = /ActiveState=(\S+)/.exec(unit) ?? []
  if (active === 'failed') return 'failed'
  if (active === 'active') return 'not answering'
  return active === 'activating' ? 'starting' : 'not running'
}

/**
 * A node's view from the facts that a run has read already, without another query; what could not be parsed is left
 * out.
 */
export async function viewOf({ read }: Pick<ClusterMember, 'read'>, floatingIps: readonly string[]): Promise<NodeView> {
  const unread: string[] = []
  const readIfParsable = async <T>(fact: Fact<T>): Promise<T | undefined> => {
    try {
      return await read(fact)
    } catch (error) {
      if (error instanceof ConnectError) throw error
      unread.push((error as Error).message)
      return undefined
    }
  }
  const [cmap, links, votes, state, interfaces] = await Promise.all([
    readIfParsable(runningCmap),
    readIfParsable(corosyncLinks),
    readIfParsable(quorum),
    readIfParsable(clusterState),
    Promise.all(
      floatingIps.map(async address => [address, (await readIfParsable(interfacesWith(address))) ?? []] as const),
    ),
  ])
  return { cmap, links, quorum: votes, state, interfaces: new Map(interfaces), leftovers: [], unread }
}
