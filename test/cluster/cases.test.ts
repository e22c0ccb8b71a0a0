import test from 'ava'
import { optionProblems, parameterProblems } from '../../runner/cluster/names/name-problems.js'
import { namesToJudge } from '../../runner/cluster/names/names-to-judge.js'
import { parseAgentMetadata } from '../../runner/cluster/pacemaker/agent-metadata.js'
import { propertiesIn } from '../../runner/cluster/pacemaker/property-metadata.js'
import { withTimeouts } from '../../runner/cluster/pacemaker/operation-timeouts.js'
import { parseCfgtool } from '../../runner/cluster/corosync/cfgtool.js'
import { candidate } from '../../runner/cluster/cib/cib.js'
import { membersOf, parseCmap } from '../../runner/cluster/corosync/cmap.js'
import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { flatten } from '../../runner/cluster/corosync/settings.js'
import { fencingIn } from '../../runner/cluster/cib/fencing-devices.js'
import { parseCrmMon } from '../../runner/cluster/pacemaker/crm-mon.js'
import type { Cluster, Primitive } from '../../runner/cluster/declaration/declaration.js'
import { inForce } from '../../runner/cluster/corosync/in-force.js'
import { settingDifferences, timersNotInForce } from '../../runner/cluster/corosync/setting-differences.js'
import { resolveNodeIds } from '../../runner/cluster/corosync/node-ids.js'
import { parseQdevice } from '../../runner/cluster/corosync/qdevice.js'
import { parseQuorumtool } from '../../runner/cluster/corosync/quorumtool.js'
import { effectSentences, parseTransition } from '../../runner/cluster/pacemaker/transition.js'
import { declaredOf, type ShortDeclaration } from './declared.js'
import { casesIn, folders, plain } from './cases.js'
import { corosyncConf } from '../../runner/cluster/corosync/written-conf.js'

/** A case of any folder: it has the fields that its folder's subject reads. */
interface Case {
  /** What a tool printed or a file holds. */
  output: string
  /** What comes of it, or the error that says why nothing does. */
  expected?: unknown
  error?: string
  /** `agent-metadata`: whose operations get timeouts. */
  primitive?: Primitive
  /** `cib`. Differences are `subject: from -> to`, with `-` where a side is absent. */
  declared: ShortDeclaration
  purge?: boolean
  observed: string
  /** `names`: of the present CIB, if there is one, what the nodes' Pacemaker and agents describe. */
  cib?: string
  properties?: string
  agents?: Record<string, string>
  /** `corosync-conf-written`. */
  cluster: Cluster
  nodeIds: Record<string, number>
  /** `setting-differences`: a corosync.conf, what corosync-cmapctl printed, and corosync-quorumtool -s. */
  file: string
  running: string
  quorum?: string
  /** `node-ids`: the inventory's nodes, and each one's corosync.conf. */
  nodes: string[]
  confs: Record<string, string | null>
}

/** What each folder of cases is given to. */
const subjects: Record<string, (data: Case) => unknown> = {
  'agent-metadata': ({ output, primitive }) =>
    primitive === undefined
      ? parseAgentMetadata(output).actions
      : withTimeouts(primitive, parseAgentMetadata(output).actions),
  cfgtool: ({ output }) => parseCfgtool(output),
  cib: ({ observed, declared, purge }) => {
    const { differences, text } = candidate(observed, declaredOf(declared), { purge })
    // Once put in, nothing may differ any more.
    const left = candidate(text, declaredOf(declared), { purge }).differences
    return [...differences, ...left].map(({ subject, from, to }) => `${subject}: ${from ?? '-'} -> ${to ?? '-'}`)
  },
  cmap: ({ output }) => parseCmap(output),
  'corosync-conf': ({ output }) => flatten(parseCorosyncConf(output)),
  'corosync-conf-written': ({ cluster, nodeIds }) => corosyncConf(cluster, new Map(Object.entries(nodeIds))),
  'crm-mon': ({ output }) => parseCrmMon(output),
  'fencing-devices': ({ output }) => fencingIn(output),
  'setting-differences': ({ file, running, quorum }) => {
    const keys = flatten(parseCorosyncConf(file))
    const cmap = inForce(parseCmap(running), quorum === undefined ? undefined : parseQuorumtool(quorum))
    return { differing: settingDifferences(keys, cmap), notInForce: timersNotInForce(keys, cmap) }
  },
  members: ({ output }) => membersOf(parseCmap(output)),
  names: ({ declared, cib, properties, agents = {} }) => {
    const { names, primitives } = namesToJudge(declaredOf(declared), ['options', 'resources'], cib)
    return [
      ...optionProblems(names, properties === undefined ? undefined : propertiesIn(properties.replaceAll('NUL', '\0'))),
      ...primitives.flatMap(judging =>
        parameterProblems(judging, parseAgentMetadata(agents[judging.primitive.agent]!).parameters),
      ),
    ].map(({ severity, path, message, hint }) => `${severity} at ${path.join('.')}: ${message}. ${hint}`)
  },
  'node-ids': ({ nodes, confs }) => {
    const parsed = Object.entries(confs).map(
      ([node, text]) => [node, text === null ? undefined : parseCorosyncConf(text)] as const,
    )
    return resolveNodeIds(nodes, new Map(parsed))
  },
  qdevice: ({ output }) => parseQdevice(output),
  quorumtool: ({ output }) => parseQuorumtool(output),
  transition: ({ output }) => effectSentences(parseTransition(output)),
}

const readsAs = test.macro({
  exec: (t, subject: (data: Case) => unknown, data: Case) => {
    const read = () => plain(subject(data))
    if (data.error === undefined) t.deepEqual(read(), data.expected)
    else t.is(t.throws(read)?.message, data.error)
  },
  title: (name = '') => name,
})

for (const folder of folders()) {
  const subject = subjects[folder]
  if (subject === undefined) throw new Error(`no subject for test/cases/cluster/${folder}`)
  for (const { name, data } of casesIn(folder)) test(`${folder}: ${name}`, readsAs, subject, data)
}
