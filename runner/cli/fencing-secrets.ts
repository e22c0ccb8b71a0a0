import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { withSecrets, type SecretPlaces } from '../cluster/fencing/secrets.js'
import type { Inventory } from '../inventory/site.js'
import type { Job } from './plan-run.js'
import { programOutput } from './program-output.js'

/**
 * Reads the secrets of the fencing devices of all clusters on which the role fencing runs. No other role needs them.
 *
 * @throws InventoryError if one cannot be read.
 */
export function readFencingSecrets(jobs: Job[], inventory: Inventory): Job[] {
  const places = placesOf(inventory.warnings)
  return jobs.map(job => {
    const origin = inventory.groups.get(job.cluster.group)?.origins['cluster']
    const needsThem = job.steps.some(({ role }) => role === 'fencing')
    return origin && needsThem ? { ...job, cluster: withSecrets(job.cluster, origin, places) } : job
  })
}

/** This machine's. The same program is run once: it may ask the user. */
export function placesOf(warnings: string[], home: string = homedir()): SecretPlaces {
  const printed = new Map<string, string>()
  return {
    environment: name => process.env[name],
    file(declared) {
      const path = declared.replace(/^~(?=\/|$)/, home)
      const text = readFileSync(path, 'utf8')
      const warning = `other users may read ${declared}, which has a secret in it: chmod 600 ${declared}`
      if ((statSync(path).mode & 0o077) !== 0 && !warnings.includes(warning)) warnings.push(warning)
      return text
    },
    command(argv) {
      const [program = '', ...args] = argv
      const line = JSON.stringify(argv)
      const text = printed.get(line) ?? programOutput(program, args)
      printed.set(line, text)
      return text
    },
  }
}
