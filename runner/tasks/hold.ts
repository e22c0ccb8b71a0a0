import { task, type NodeTask, type TaskRef } from './task.js'
import { packageState } from '../facts/packages.js'

/**
 * A Debian package on hold, or not. apt and unattended-upgrades do not upgrade a held package without
 * `--allow-change-held-packages`.
 *
 * @param wanted - undefined if it is not declared: then there is no task, and an admin's own hold stays.
 */
export function hold(name: string, wanted: boolean | undefined, needs: readonly TaskRef[]): NodeTask[] {
  if (wanted === undefined) return []
  const stateOf = (held: boolean) => (held ? 'held' : 'not held')
  return [
    task(`${name} is ${stateOf(wanted)}`, {
      needs,
      // One after the other with installations, because both take dpkg's lock.
      background: true,
      async check({ read }) {
        const { isHeld } = await read(packageState(name))
        return isHeld === wanted ? [] : [{ subject: `package ${name}`, from: stateOf(isHeld), to: stateOf(wanted) }]
      },
      apply: async ({ $ }) => {
        await $`apt-mark ${wanted ? 'hold' : 'unhold'} -- ${name}`
      },
    }),
  ]
}
