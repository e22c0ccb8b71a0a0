import { TaskError } from '../../errors.js'
import type { Scope } from '../members.js'
import { cibText } from '../pacemaker/facts.js'
import { learnSecretNames } from './secret-names.js'

/** The file in which Pacemaker keeps the CIB on each node. */
export const cibPath = '/var/lib/pacemaker/cib/cib.xml'

/** The CIB as the leader has it. @throws TaskError if Pacemaker does not answer. */
export async function readCib({ leader }: Scope): Promise<string> {
  const text = await leader.read(cibText)
  if (text !== undefined) {
    await learnSecretNames(text, async fact => leader.read(fact))
    return text
  }
  throw new TaskError(`pacemaker does not answer on ${leader.name}`, {
    hint: 'run the pacemaker role first: `ha-run pacemaker`',
  })
}

/** The CIB as the leader has it now, even if it was read before. @throws TaskError if Pacemaker does not answer. */
export async function rereadCib({ leader }: Scope): Promise<string> {
  const cib = await leader.readAgain(cibText)
  if (cib === undefined) throw new TaskError(`pacemaker does not answer on ${leader.name}`)
  return cib
}

/**
 * Runs an edit of the CIB. The CIB may contain what ha-run must not correct: the admin decides about that, so its error is no
 * defect of ha-run.
 */
export function runEdit<T>(edit: () => T): T {
  try {
    return edit()
  } catch (error) {
    if (error instanceof TaskError) throw error
    throw new TaskError((error as Error).message, {
      hint: 'make the inventory and the CIB agree: `crm configure edit` changes the CIB',
      cause: error,
    })
  }
}
