import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.js'
import { runLocally } from './process.js'

/**
 * What a lab requires of this machine. Debian and Ubuntu have the same package names.
 */
export const requiredPackages = [
  'systemd-container', // systemd-nspawn
  'mmdebstrap',
  'dpkg-dev', // dpkg-scanpackages
  'openssh-client',
  'iproute2',
  'socat',
  'procps', // sysctl
  'util-linux', // flock, nsenter
]

/** The `KEY=value` lines of /etc/os-release. */
export function parseOsRelease(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^(\w+)=(["']?)(.*)\2$/gm)]
  return Object.fromEntries(pairs.map(([, key = '', , value]) => [key, value ?? '']))
}

/** The packages of `required` that `dpkg-query -W -f '${Package} ${db:Status-Status}\n'` does not list as installed. */
export function missingPackages(required: string[], dpkgQuery: string): string[] {
  const lines = new Set(dpkgQuery.split('\n'))
  return required.filter(name => !lines.has(`${name} installed`))
}

/**
 * The reason why this machine cannot run a lab, or null if it can.
 */
export async function unsupportedReason(): Promise<string | null> {
  const { ID } = parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''))
  if (ID !== 'debian' && ID !== 'ubuntu') return `a lab needs Debian or Ubuntu, this is ${ID ?? process.platform}`
  return process.getuid?.() === 0 ? null : 'a lab needs root'
}

/** @throws UsageError unless this is root on Debian or Ubuntu */
export async function requireHost(): Promise<void> {
  const reason = await unsupportedReason()
  if (reason === null) return
  throw new UsageError(reason, {
    hint: reason.includes('root')
      ? 'Run it with sudo.'
      : 'Use a Debian or Ubuntu machine, or a virtual one on this machine.',
  })
}

/** The release's code name, e.g. `bookworm`: the suite that nodes get. */
export async function hostSuite(): Promise<string> {
  const { VERSION_CODENAME } = parseOsRelease(await readFile('/etc/os-release', 'utf8'))
  if (VERSION_CODENAME) return VERSION_CODENAME
  throw new UsageError('/etc/os-release has no VERSION_CODENAME', {
    hint: 'A lab needs a released Debian or Ubuntu.',
  })
}

/** Those of the packages, by default those of a lab, that are not installed on this machine. */
export async function lackingPackages(required = requiredPackages): Promise<string[]> {
  const query = ['dpkg-query', '--show', '--showformat=${Package} ${db:Status-Status}\\n', ...required]
  return missingPackages(required, (await runLocally(query, { timeoutSeconds: 30, nothrow: true })).stdout)
}

/**
 * Checks that the packages, by default those of a lab, are installed. With `yes` it installs what is missing.
 * @throws UsageError that names the missing packages
 */
export async function requirePackages(options: {
  yes: boolean
  report: (line: string) => void
  packages?: string[]
}): Promise<void> {
  const missing = await lackingPackages(options.packages)
  if (missing.length === 0) return
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing]
  if (!options.yes) {
    throw new UsageError(`this machine lacks ${missing.join(', ')}`, {
      hint: `Use --yes to install them, or run: ${install.join(' ')}`,
    })
  }
  options.report(`installing ${missing.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await runLocally(['apt-get', 'update', '--quiet'], { timeoutSeconds: 300, env })
  await runLocally(install, { timeoutSeconds: 600, env })
}
