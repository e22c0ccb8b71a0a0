import { task, type NodeTask, type TaskRef } from './task.js'
import { packageHeld } from '../facts/packages.js'

/**
 * A Debian package on hold, or not: apt and unattended-upgrades leave a held one as it is until somebody says
 * otherwise (`apt-get install --allow-change-held-packages`, or `apt-mark unhold`).
 *
 * @param wanted - undefined where nobody said: then there is no task, and a hold of the admin's own stays.
 */
export function hold(name: string, wanted: boolean | undefined, needs: readonly TaskRef[]): NodeTask[] {
  if (wanted === undefined) return []
  const word = (held: boolean) => held ? 'held' : 'not held'
  return [task(`${name} is ${word(wanted)}`, {
    needs,
    // In line with installations: whoever holds dpkg's lock keeps others from it.
    background: true,
    async check({ read }) {
      const held = await read(packageHeld(name))
      return held === wanted ? [] : [{ subject: `package ${name}`, from: word(held), to: word(wanted) }]
    },
    apply: async ({ $ }) => {
      await $`apt-mark ${wanted ? 'hold' : 'unhold'} -- ${name}`
    },
  })]
}
