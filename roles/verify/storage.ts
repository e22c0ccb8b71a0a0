import type { Scope } from '../../runner/cluster/members.js'
import { storageFaults, storageOn, storageWarnings } from '../../runner/cluster/cib/storage.js'
import type { Verdict } from '../../runner/tasks/index.js'
import { verdict } from './verdict.js'

const roomHint = 'free space there, for instance with `apt-get clean` and `journalctl --vacuum-size=50M`'
const readOnlyHint =
  '`dmesg` shows why: often the disk or the SD card fails; once it is repaired, remount it with `mount -o remount,rw`'
const writeHint = '`ha-run pacemaker` makes Pacemaker write the CIB again, which it does not do on its own'

/** A node that is down keeps what it has; a Pacemaker that does not answer is reported by other assertions. */
export async function configurationOnDisk({ members }: Scope): Promise<Verdict> {
  const nodes = (await storageOn(members)).map(({ member, storage, unwritten }) => {
    const named = (texts: string[]) => texts.map(text => `${member.name}: ${text}`)
    return {
      behind: named(
        unwritten
          ? [`the CIB on disk is ${unwritten.onDisk ?? 'missing'}, and pacemaker runs with ${unwritten.inMemory}`]
          : [],
      ),
      faults: named(storageFaults(storage)),
      warnings: named(storageWarnings(storage)),
    }
  })
  const behind = nodes.flatMap(node => node.behind)
  const faults = nodes.flatMap(node => node.faults)
  const warnings = nodes.flatMap(node => node.warnings)
  const isReadOnly = (text: string) => text.endsWith('read-only')
  const hints = [
    ...(warnings.length > 0 || !faults.every(isReadOnly) ? [roomHint] : []),
    ...(faults.some(isReadOnly) ? [readOnlyHint] : []),
    ...(behind.length > 0 || faults.length + warnings.length === 0 ? [writeHint] : []),
  ]
  const failed = verdict([...behind, ...faults], `the CIB, on ${nodes.length} nodes`, hints.join('; then '))
  if (failed.status === 'ok' && warnings.length > 0)
    return { status: 'warning', evidence: warnings.join('; '), hint: hints.join('; ') }
  // The CIB is written a moment after each change.
  return { ...failed, fleeting: faults.length === 0 }
}
