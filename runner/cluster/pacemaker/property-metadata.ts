import type { Family, Fact } from '../../facts/fact.js'
import { withDaemonTimeout } from '../../facts/fact.js'
import { sh } from '../../ssh/quote.js'
import { attribute, descendantsOf, readXml } from './xml.js'

/** Where Debian has the daemons. */
const daemonDirectory = '/usr/lib/pacemaker'

/** The daemons that read properties of the cluster; each describes its own. */
const daemons = ['pacemaker-schedulerd', 'pacemaker-controld', 'pacemaker-based']

/**
 * The cluster properties that Pacemaker of a node describes, or undefined if it describes none: `crm_attribute --list-options` since Pacemaker
 * 2.1.8, and before the metadata of its daemons. Neither needs a running cluster.
 */
const family: Family<string[] | undefined> = {
  name: 'cluster properties, by the metadata of Pacemaker',
  script: () =>
    `${withDaemonTimeout(sh`crm_attribute --list-options=cluster --all --output-as=xml`, 10)} 2>/dev/null || { ${daemons
      .map(
        daemon => `printf '\\0'; ${withDaemonTimeout(sh`${`${daemonDirectory}/${daemon}`} metadata`, 10)} 2>/dev/null`,
      )
      .join('; ')}; }; :`,
  parse: ({ stdout }, wanted) => wanted.map(() => propertiesIn(stdout)),
}

export const clusterProperties: Fact<string[] | undefined> = { family, argument: '' }

/** The names in documents that NULs separate; undefined if there is none. Exported for tests. */
export function propertiesIn(output: string): string[] | undefined {
  const names = output.split('\0').flatMap(document => {
    try {
      return descendantsOf(readXml(document.trim()), 'parameter').flatMap(each => attribute(each, 'name') ?? [])
    } catch {
      // A daemon that does not describe itself, or the usage of a crm_attribute without the option.
      return []
    }
  })
  return names.length === 0 ? undefined : [...new Set(names)]
}
