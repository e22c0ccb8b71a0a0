import { latest, lastEntry, type JournalEntry } from '../../runner/cluster/cib/journal.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import { withoutChange } from './restore.js'
import { cibTask } from '../pacemaker/cib-task.js'
import { versionOf, versionOrder } from '../../runner/cluster/cib/version.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import { role } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'

/**
 * Takes the last change that ha-run made to the CIB back. That is a change too: a second rollback undoes the first.
 * The inventory is not asked; the next run of the site declares its own again.
 */
export default role('rollback', () => {
  // The change is named once in a run: afterwards the rollback itself is the last one.
  let entry: JournalEntry | undefined
  return [
    cibTask('the CIB as it was before the last change', {
      edit: async scope => {
        entry ??= await lastChange(scope)
        return cib => withoutChange(cib, entry!)
      },
    }),
  ]
})

async function lastChange(scope: Scope): Promise<JournalEntry> {
  const [cib, entries] = await Promise.all([readCib(scope), readOnAll(scope.members, lastEntry)])
  // One above the present version speaks of another CIB: of a cluster that was wiped since.
  const entry = latest(entries.map(([, found]) => found).filter(found => found && versionOrder(found.name.split('-', 1)[0]!) <= versionOrder(versionOf(cib))))
  if (entry) return entry
  throw new TaskError('no node remembers a change of the CIB that ha-run made', { hint: 'there is nothing to take back' })
}
