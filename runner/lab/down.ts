import { requireHost } from './host.js'
import { locked } from './lock.js'
import { checkName } from './names.js'
import { findRemains, isNothing, removeRemains } from './leftovers.js'

/**
 * Takes a lab down, whole or half: no process, mount, namespace, link or file of it is left; the cached image stays.
 * A lab that is not there is fine.
 * @returns whether there was anything
 */
export async function down({ name, say }: { name: string; say: (line: string) => void }): Promise<boolean> {
  checkName(name)
  await requireHost()
  return locked(`lab-${name}`, { seconds: 10, busy: `lab ${name} is being brought up right now` }, async () => {
    if (isNothing(await findRemains(name))) {
      say(`lab ${name} is not up: nothing to take down`)
      return false
    }
    await removeRemains(name)
    say(`lab ${name} is down`)
    return true
  })
}
