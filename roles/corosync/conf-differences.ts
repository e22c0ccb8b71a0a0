import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { confPath } from '../../runner/cluster/corosync/files.js'
import { flatten } from '../../runner/cluster/corosync/settings.js'
import { fileDifferences, runningValue, sameValue } from '../../runner/cluster/corosync/setting-differences.js'
import { groupedOverNodes } from '../../runner/cluster/rollout/setting-report.js'
import type { CorosyncState } from '../../runner/cluster/corosync/state.js'
import { sharedTextDifferences, type ClusterMember } from '../../runner/cluster/members.js'
import { isDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { noteOf, type RolloutPlan } from '../../runner/cluster/rollout/rollout-plan.js'
import type { Difference } from '../../runner/tasks/index.js'

/**
 * How the nodes' corosync.conf differs from the wanted one: setting by setting, or as text if the file is missing, is
 * Debian's default, cannot be parsed, or differs only in its layout.
 */
export function confDifferences(
  wanted: string,
  texts: [ClusterMember, string | undefined][],
  states: CorosyncState[],
  plan: RolloutPlan,
): Difference[] {
  const wantedSettings = flatten(parseCorosyncConf(wanted))
  const reportedAsText: [ClusterMember, string | undefined][] = []
  const reportedBySetting: [ClusterMember, Difference][] = []
  for (const [member, text] of texts) {
    if (text === wanted) continue
    const settings = text === undefined ? undefined : comparableSettings(text)
    const differences = settings ? fileDifferences(settings, wantedSettings) : []
    if (differences.length === 0) reportedAsText.push([member, text])
    const running = states.find(({ member: other }) => other === member)?.cmap
    for (const difference of differences) {
      reportedBySetting.push([
        member,
        {
          ...difference,
          ...(running && { note: noteFor(difference, runningValue(difference.subject, running), plan) }),
        },
      ])
    }
  }
  return [...sharedTextDifferences(confPath, wanted, reportedAsText), ...groupedOverNodes(reportedBySetting)]
}

/** The settings of a file; undefined if Corosync could not read it or if it is Debian's default. */
function comparableSettings(text: string): Map<string, string> | undefined {
  try {
    const conf = parseCorosyncConf(text)
    return isDebianDefault(conf) ? undefined : flatten(conf)
  } catch {
    return undefined
  }
}

/** How the change takes effect, and the running value if it is not that of the file. */
function noteFor(difference: Difference, running: string | undefined, plan: RolloutPlan): string {
  const { subject, from, to } = difference
  if (sameValue(running, to)) return `corosync runs ${running ?? 'without it'}: only the file is corrected`
  const note = noteOf(plan.effectOf({ subject, from: running, to }), plan)
  return sameValue(running, from) ? note : `${note}; corosync runs ${running ?? 'without it'}`
}
