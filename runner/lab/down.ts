import { requireHost } from './host.js'
import { locked } from './lock.js'
import { checkName } from './names.js'
import { findLeftovers, isEmpty, removeLeftovers } from './leftovers.js'

/**
 * Takes a lab down, also an incomplete one: no process, mount, namespace, link or file of it is left; the cached image stays.
 * @returns false if there was no such lab
 */
export async function down({ name, report }: { name: string; report: (line: string) => void }): Promise<boolean> {
  checkName(name)
  await requireHost()
  return locked(`lab-${name}`, { timeoutSeconds: 10, busy: `lab ${name} is being brought up right now` }, async () => {
    if (isEmpty(await findLeftovers(name))) {
      report(`lab ${name} is not up: nothing to take down`)
      return false
    }
    await removeLeftovers(name)
    report(`lab ${name} is down`)
    return true
  })
}
