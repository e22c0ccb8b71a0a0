import { UsageError } from '../errors.js'
import { hostSuite } from './host.js'
import { runLocally } from './process.js'

/**
 * The apt sources of this machine, so that a lab downloads only from mirrors that its owner has chosen.
 */

/** One line for each source whose lists apt has. */
const format = ['ORIGIN', 'CODENAME', 'REPO_URI', 'RELEASE', 'COMPONENT'].map(key => `$(${key})`).join(' ')

/**
 * Lines for a sources.list with this machine's Debian or Ubuntu sources of the suite and its updates. Third parties'
 * sources, other releases, backports and proposed updates are left out.
 * @param targets output of `apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)'`
 * @param suite the suite that those sources name
 * @param wanted another release that the same mirrors have; the suite itself if left out
 */
export function sourcesList(targets: string, suite: string, wanted = suite): string[] {
  const components = new Map<string, Set<string>>()
  for (const target of targets.split('\n')) {
    const [origin = '', codename = '', uri = '', release = '', component = ''] = target.split(' ')
    if (origin !== 'Debian' && origin !== 'Ubuntu') continue
    if (![suite, `${suite}-updates`, `${suite}-security`].includes(codename)) continue
    if (/-(backports|proposed)/.test(release)) continue
    // Both distributions install their keys under this name; apt checks signatures before there is a node.
    const source = `deb [signed-by=/usr/share/keyrings/${origin.toLowerCase()}-archive-keyring.gpg] ${uri} ${release.replace(suite, wanted)}`
    const known = components.get(source) ?? new Set()
    components.set(source, known.add(component))
  }
  return [...components].map(([source, parts]) => `${source} ${[...parts].join(' ')}`)
}

/** Lines of a sources.list without those of a suite's security updates. */
export function withoutSecurity(sources: string[], suite: string): string[] {
  return sources.filter(source => !source.includes(` ${suite}-security `))
}

/**
 * The download settings of this machine's apt, as lines of an apt.conf.
 * @param dump output of `apt-config dump`
 */
export function downloadSettings(dump: string): string[] {
  const wanted = /^Acquire::(https?|ftp|Retries|Check-Valid-Until|Check-Date|ForceIPv[46])(::\S*)? "[^"]+";$/i
  return dump.split('\n').filter(line => wanted.test(line))
}

/**
 * This machine's sources, or those of another release on the same mirrors; with `yes`, apt's lists are fetched if there are none.
 * @throws UsageError if apt knows no source of this machine's release
 */
export async function hostSources(wanted: string, yes: boolean): Promise<string[]> {
  const suite = await hostSuite()
  const query = async () => {
    const argv = ['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']
    return sourcesList((await runLocally(argv, { timeoutSeconds: 30 })).stdout, suite, wanted)
  }
  let sources = await query()
  if (sources.length === 0 && yes) {
    await runLocally(['apt-get', 'update', '--quiet'], { timeoutSeconds: 300 })
    sources = await query()
  }
  if (sources.length > 0) return sources
  throw new UsageError(`this machine's apt has no lists of Debian or Ubuntu ${suite}`, {
    hint: 'Run apt-get update; its sources must include the release of this machine.',
  })
}

export async function hostDownloadSettings(): Promise<string[]> {
  return downloadSettings((await runLocally(['apt-config', 'dump'], { timeoutSeconds: 30 })).stdout)
}
