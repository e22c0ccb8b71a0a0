import { ConnectError } from '../../errors.js'
import type { Fact, Family } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { parseCfgtool, type Link } from '../corosync/cfgtool.js'
import { leftoversIn } from '../cib/removal.js'
import { parseCmap, type Cmap } from '../corosync/cmap.js'
import { parseCrmMon, type ClusterState } from '../pacemaker/crm-mon.js'
import { linkStates, quorum, runningCmap } from '../corosync/facts.js'
import { clusterState } from '../pacemaker/facts.js'
import { interfacesIn, interfacesWith } from '../pacemaker/floating-ip.js'
import type { ClusterMember } from '../members.js'
import { parseQuorumtool, type Quorum } from '../corosync/quorumtool.js'

/** The cluster as one node tells it. What its daemons do not say is left out. */
export interface View {
  quorum?: Quorum | undefined
  links?: Link[] | undefined
  /** Corosync's configuration as it runs. */
  cmap?: Cmap | undefined
  state?: ClusterState | undefined
  /** The node's interfaces that bear the floating IP. */
  interfaces: string[]
  /** Ids of the constraints that `crm resource move` and `ban` have left. */
  leftovers: string[]
  /** Why a daemon says nothing; left out where it was not asked for. */
  silent?: { corosync?: DaemonState; pacemaker?: DaemonState } | undefined
  /** Answers that could not be read, each with the reason. */
  unread: string[]
}

/** As people say it of a daemon. */
export type DaemonState = 'not installed' | 'not running' | 'failed' | 'starting' | 'not answering'

/** Seconds that a daemon has for an answer: people wait for it, and one that hangs is told as such. */
const daemonTimeoutSeconds = 3

const questions = {
  quorum: 'corosync-quorumtool -s',
  links: 'corosync-cfgtool -s',
  cmap: 'corosync-cmapctl nodelist. totem.',
  state: 'crm_mon -1 --output-as=xml',
  constraints: 'cibadmin -Q -o constraints',
} as const

type Question = keyof typeof questions

/**
 * All that the status asks a node, as one question. Those that one daemon answers come one after the other, and once it has
 * hung on one, the others are spared.
 */
const statusQueries: Family<View> = {
  name: 'status of a cluster',
  script: ([address = '']) => `ask() { hung=\${2:+$hung}; case $hung in 124|137) ;; *) timeout -k 1 ${daemonTimeoutSeconds} $1; hung=$? ;; esac; printf '\\0%s\\0' $hung; }
ask '${questions.quorum}'; ask '${questions.links}' too; ask '${questions.cmap}' too; ask '${questions.state}'; ask '${questions.constraints}' too
${sh`ip -o -4 addr show to ${`${address}/32`}`}; printf '\\0'
systemctl show -p LoadState,ActiveState corosync.service pacemaker.service`,
  parse: ({ stdout }) => [viewIn(stdout)],
}

/** What a node has to say of its cluster, in a hurry: a daemon that hangs costs 3 s. */
export function statusQuery(floatingIp: string): Fact<View> {
  return { family: statusQueries, argument: floatingIp }
}

/** Reads what a glance printed. */
export function viewIn(output: string): View {
  const words = output.split('\0')
  const answers = Object.keys(questions).map((name, at) => [name, { text: words[at * 2] ?? '', code: Number(words[at * 2 + 1]) }] as const)
  const said = Object.fromEntries(answers) as Record<Question, { text: string; code: number }>
  const [addresses = '', units = ''] = words.slice(answers.length * 2)
  const unread: string[] = []
  const read = <T>(name: Question, parse: (text: string) => T): T | undefined => {
    const { text, code } = said[name]
    // Exit code 2 says "not quorate", which is an answer.
    if (code !== 0 && !(name === 'quorum' && text.includes('Quorate:'))) return undefined
    try {
      return parse(text)
    } catch (error) {
      unread.push((error as Error).message)
      return undefined
    }
  }
  const view = {
    quorum: read('quorum', parseQuorumtool), links: read('links', parseCfgtool), cmap: read('cmap', parseCmap), state: read('state', parseCrmMon),
    interfaces: interfacesIn(addresses), leftovers: read('constraints', leftoversIn) ?? [], unread,
  }
  const [corosync, pacemaker] = units.trim().split('\n\n')
  return {
    ...view,
    silent: {
      ...said.quorum.code !== 0 && !view.quorum && { corosync: silence(corosync, said.quorum.code) },
      ...said.state.code !== 0 && { pacemaker: silence(pacemaker, said.state.code) },
    },
  }
}

function silence(unit = '', code: number): DaemonState {
  if (code === 127 || unit.includes('LoadState=not-found')) return 'not installed'
  const [, active] = /ActiveState=(\S+)/.exec(unit) ?? []
  if (active === 'failed') return 'failed'
  if (active === 'active') return 'not answering'
  return active === 'activating' ? 'starting' : 'not running'
}

/** The same from the questions that a run has asked already, so that it costs none more; what could not be read is left out. */
export async function viewOf({ read }: Pick<ClusterMember, 'read'>, floatingIp: string): Promise<View> {
  const unread: string[] = []
  const asked = async <T>(fact: Fact<T>): Promise<T | undefined> => {
    try {
      return await read(fact)
    } catch (error) {
      if (error instanceof ConnectError) throw error
      unread.push((error as Error).message)
      return undefined
    }
  }
  const [cmap, links, votes, state, interfaces] = await Promise.all(
    [asked(runningCmap), asked(linkStates), asked(quorum), asked(clusterState), asked(interfacesWith(floatingIp))],
  )
  return { cmap, links, quorum: votes, state, interfaces: interfaces ?? [], leftovers: [], unread }
}
