import { latest, lastEntry, type JournalEntry } from '../../runner/cluster/cib/journal.js'
import { readCib } from '../../runner/cluster/cib/read.js'
import { withoutChange } from './restore.js'
import { cibTask } from '../../runner/cluster/cib-change/cib-task.js'
import { versionOf, versionOrder } from '../../runner/cluster/cib/version.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import { role } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'

/**
 * Undoes the last change of the CIB that ha-run made. A rollback is a change too: a second rollback undoes the first. It does not
 * read the inventory, so the next `ha-run site` applies what the inventory declares again.
 */
export default role('rollback', () => {
  // It is read once in a run: afterwards the rollback itself is the last change.
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
  // A version above the present one belongs to another CIB: the cluster was wiped since.
  const entry = latest(
    entries
      .map(([, own]) => own)
      .filter(own => own && versionOrder(own.name.split('-', 1)[0]!) <= versionOrder(versionOf(cib))),
  )
  if (entry) return entry
  throw new TaskError('no node has a record of a change of the CIB by ha-run', {
    hint: 'there is nothing to roll back',
  })
}
