import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { flatten } from '../../runner/cluster/corosync/settings.js'
import { betweenFiles, runningValue, sameValue } from '../../runner/cluster/corosync/setting-differences.js'
import { groupedOverNodes } from '../../runner/cluster/rollout/setting-report.js'
import type { CorosyncState } from '../../runner/cluster/corosync/state.js'
import { sharedTextDifferences, type ClusterMember } from '../../runner/cluster/members.js'
import { isDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { noteOf, type RolloutPlan } from '../../runner/cluster/rollout/rollout-plan.js'
import type { Difference } from '../../runner/tasks/difference.js'

/**
 * How the nodes' corosync.conf differs from the declared one: key by key where it says what a cluster is, and as text
 * where it says nothing yet (missing, Debian's own), cannot be read, or differs in its layout only.
 */
export function confDifferences(wanted: string, texts: [ClusterMember, string | undefined][], loaded: CorosyncState[], way: RolloutPlan): Difference[] {
  const declared = flatten(parseCorosyncConf(wanted))
  const asText: [ClusterMember, string | undefined][] = []
  const asKeys: [ClusterMember, Difference][] = []
  for (const [member, text] of texts) {
    if (text === wanted) continue
    const keys = text === undefined ? undefined : keysOf(text)
    const differing = keys ? betweenFiles(keys, declared) : []
    if (differing.length === 0) asText.push([member, text])
    const running = loaded.find(({ member: other }) => other === member)?.keys
    for (const difference of differing) {
      asKeys.push([member, { ...difference, ...running && { note: noteFor(difference, runningValue(difference.subject, running), way) } }])
    }
  }
  return [...sharedTextDifferences(confPath, wanted, asText), ...groupedOverNodes(asKeys)]
}

/** Undefined for a file that Corosync could not read, or that is Debian's own. */
function keysOf(text: string): Map<string, string> | undefined {
  try {
    const conf = parseCorosyncConf(text)
    return isDebianDefault(conf) ? undefined : flatten(conf)
  } catch {
    return undefined
  }
}

/** How the change takes effect, and what Corosync runs with where that is not what the file says. */
function noteFor(difference: Difference, running: string | undefined, way: RolloutPlan): string {
  const { subject, from, to } = difference
  if (sameValue(running, to)) return `corosync runs ${running ?? 'without it'}: only the file is put right`
  const note = noteOf(way.judge({ subject, from: running, to }), way)
  return sameValue(running, from) ? note : `${note}; corosync runs ${running ?? 'without it'}`
}
