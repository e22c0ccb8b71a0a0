import { TaskError } from '../../errors.js'
import type { CibEdit } from '../cib/cib.js'
import { discardEntry, finishEntry, beginEntry } from '../cib/journal.js'
import { rereadCib, runEdit } from '../cib/read.js'
import { versionOf, withoutStatus } from '../cib/version.js'
import { reachable, type Scope } from '../members.js'
import { clusterState } from '../pacemaker/facts.js'
import { crmSimulate } from '../pacemaker/forecast.js'
import { withoutSecrets } from '../secret-parameters.js'
import type { Effect } from '../pacemaker/transition.js'
import { configurationHasChanged, notAnswered, patchCib, patchTimeoutSeconds } from './patch-cib.js'

/** How often a change is attempted: it is computed again if somebody else has changed the configuration meanwhile. */
const attempts = 5

/** A change of the CIB that was made. */
export interface CibChange {
  /** The CIB, status included, immediately before and after the change. */
  before: string
  after: string
  /** What Pacemaker was expected to do about the resources. */
  forecast: Effect[]
}

/**
 * Changes the CIB by one versioned patch, so that resources never start without their constraints and nobody else's change is
 * overwritten: the patch names the version that it applies to. If the configuration has changed since, a new patch is made
 * (docs/safety.md). The CIB before and after is recorded on the nodes.
 *
 * @param first - the change that this one completes. If nobody has changed the CIB in between, both are recorded as one.
 */
export async function changeCib(scope: Scope, edit: CibEdit, first?: CibChange): Promise<CibChange> {
  const { leader } = scope
  const recording = reachable(scope.selected)
  await refuseWithoutQuorum(scope)
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = await rereadCib(scope)
    const candidate = runEdit(() => edit(before))
    // Somebody else may have made the same change meanwhile.
    if (candidate.differences.length === 0) return { before, after: before, forecast: [] }
    const forecast = await crmSimulate(leader, candidate.text)
    const [seen, wanted] = [withoutStatus(before), withoutStatus(candidate.text)]
    const completesFirst = first && versionOf(first.after) === versionOf(before)
    await beginEntry(recording, completesFirst ? withoutStatus(first.before) : seen, wanted)
    const { exitCode, stdout, stderr } = await patchCib(leader.$, versionOf(before), seen, wanted)
    if (exitCode === 0) {
      const after = await rereadCib(scope)
      await finishEntry(recording, versionOf(after), new Date())
      return { before, after, forecast }
    }
    if (exitCode === notAnswered) {
      // The record stays: a rollback takes the change back if it was made.
      throw new TaskError(
        `pacemaker on ${leader.name} has not answered for ${patchTimeoutSeconds} s, and may make the change of the CIB yet`,
        {
          hint: 'run again once `crmadmin --dc_lookup` answers there: it compares the CIB with the declaration again',
          command: 'cibadmin --patch',
          output: withoutSecrets(stderr.trim() || stdout.trim()),
        },
      )
    }
    await discardEntry(recording)
    if (exitCode !== configurationHasChanged) {
      throw new TaskError(`pacemaker on ${leader.name} rejected the change of the CIB`, {
        hint: '`crm_verify -L -V` there shows what is wrong with the present configuration',
        command: 'cibadmin --patch',
        output: withoutSecrets(stderr.trim() || stdout.trim()),
      })
    }
  }
  throw new TaskError(`the CIB was not changed: in ${attempts} attempts, somebody else changed it first`, {
    hint: 'run again when nobody else changes it',
  })
}

/** When partitions merge, a change made in a minority would win over what the majority has changed meanwhile. */
async function refuseWithoutQuorum({ leader }: Scope): Promise<void> {
  const state = await leader.read(clusterState)
  if (state?.quorate) return
  throw new TaskError(`${leader.name} has no quorum: the CIB was not changed`, {
    hint: 'bring the other nodes back, then run again',
  })
}
