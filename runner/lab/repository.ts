import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../hash.js'
import { runLocally } from './process.js'
import { foreignApt } from './recipe.js'

/** A flat apt repository with packages for nodes: those that are wanted, and what they need beyond the base image. */
export interface RepositoryPaths {
  /** The tree of the base image. */
  root: string
  /** The sources.list of that image. */
  sources: string
  /** A directory of this work alone, removed in the end. */
  work: string
  /** The directory to make. */
  repository: string
}

export interface Wanted {
  /** The packages, from the names of all that there are. */
  names: (known: Set<string>) => string[]
  /** Packages without a dependency on `a | b`. */
  plain?: readonly string[]
}

/** @param execute - runs a command of apt. */
export async function makeRepository(
  paths: RepositoryPaths,
  wanted: Wanted,
  execute: (argv: string[]) => ReturnType<typeof runLocally>,
  report: (line: string) => void,
): Promise<void> {
  report('  downloading the packages that nodes can install')
  await download(paths, wanted, execute)
  report('  indexing them')
  await index(join(paths.work, 'cache', 'archives'), paths.repository)
  await runLocally(['rm', '-rf', paths.work], { timeoutSeconds: 60 })
}

async function download(
  paths: RepositoryPaths,
  { names, plain = [] }: Wanted,
  execute: (argv: string[]) => ReturnType<typeof runLocally>,
): Promise<void> {
  await mkdir(join(paths.work, 'lists', 'partial'), { recursive: true })
  await mkdir(join(paths.work, 'cache', 'archives', 'partial'), { recursive: true })
  const options = foreignApt(paths)
  await execute(['apt-get', ...options, '--quiet', 'update'])
  const known = new Set((await execute(['apt-cache', ...options, 'pkgnames'])).stdout.split('\n'))
  const wanted = names(known)
  const install = ['apt-get', ...options, '--quiet', '--yes', '--download-only', 'install']
  await execute([...install, ...wanted])
  // For a dependency on `a | b`, the whole set may resolve to b and a single package to a: both must be offered.
  for (const name of wanted.filter(name => !plain.includes(name))) await execute([...install, name])
}

/** Makes a flat repository of the packages that apt has left in its cache. */
async function index(archives: string, repository: string): Promise<void> {
  await mkdir(repository)
  for (const name of await readdir(archives)) {
    // apt writes an epoch's colon as %3a, and would undo that when it reads the index.
    if (name.endsWith('.deb')) await rename(join(archives, name), join(repository, name.replace(/_\d+%3a/, '_')))
  }
  const { stdout } = await runLocally(['dpkg-scanpackages', '--multiversion', '.'], {
    timeoutSeconds: 120,
    cwd: repository,
  })
  await writeFile(join(repository, 'Packages'), stdout)
  await writeFile(join(repository, 'Release'), releaseFile(stdout))
}

/** Without a Release file apt tries a dozen other names of the index. */
export function releaseFile(packages: string): string {
  const sum = sha256(packages)
  const date = new Date().toUTCString()
  return `Origin: ha-run lab\nDate: ${date}\nSHA256:\n ${sum} ${Buffer.byteLength(packages)} Packages\n`
}
