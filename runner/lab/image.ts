import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskError } from '../errors.js'
import { sha256 } from '../hash.js'
import { buildGroup, inGroup, makeGroup } from './cgroup.js'
import { locked } from './lock.js'
import { imagesDir } from './names.js'
import { runLocally } from './process.js'
import {
  customizeScript,
  debootstrapCommand,
  fenceAgentPackages,
  foreignApt,
  offeredIn,
  recipeHash,
  recipeOf,
} from './recipe.js'
import { hostDownloadSettings, hostSources, withoutSecurity } from './sources.js'

/** The name suffix of an unfinished image's directory: it names the lab that builds it, whose `down` removes it. */
export const partSuffix = (lab: string) => `.part-${lab}`

/** A finished image; it never changes. */
export interface Image {
  /** The tree that is every node's lower layer. */
  root: string
  /** A flat apt repository. */
  packages: string
}

export interface ImageOptions {
  /** The lab in whose control group the image is built. */
  lab: string
  /** The name of its recipe: a release's code name, or a likeness. */
  recipe: string
  yes: boolean
  report: (line: string) => void
  signal?: AbortSignal | undefined
}

/**
 * The image of the current recipe, built if there is none (about 30 s). One image is built at a time; a second lab waits for
 * it. The image gets its name when it is complete, so that an interrupted build is never used.
 */
export async function ensureImage(options: ImageOptions): Promise<Image> {
  const { recipe } = options
  const dir = join(imagesDir, `${recipe}-${recipeHash(recipe)}`)
  const image = { root: join(dir, 'root'), packages: join(dir, 'packages') }
  if (existsSync(dir)) {
    await utimes(dir, new Date(), new Date())
    return image
  }
  return locked(
    'image',
    {
      timeoutSeconds: 900,
      onWait: () => options.report('waiting for another lab that builds the base image'),
      busy: 'another lab has been building the base image for 15 minutes',
    },
    async () => {
      if (existsSync(dir)) return image
      await prune()
      const part = `${dir}${partSuffix(options.lab)}`
      await mkdir(part)
      await build(part, options)
      await rename(part, dir)
      return image
    },
  )
}

async function build(part: string, options: ImageOptions): Promise<void> {
  const { recipe: name, yes, report } = options
  const { suite } = recipeOf(name)
  report(`building the base image of ${name} from this machine's own apt sources (once)`)
  const sources = await hostSources(suite, yes)
  try {
    await buildFrom(sources, part, options)
  } catch (error) {
    const released = withoutSecurity(sources, suite)
    if (!isIncompleteMirror(error) || released.length === sources.length) throw error
    report(`  the mirror lists packages of ${suite}-security and does not have them: beginning again without them`)
    await runLocally(['rm', '-rf', '--one-file-system', part], { timeoutSeconds: 120 })
    await mkdir(part)
    await buildFrom(released, part, options)
  }
}

/** At the end of a release's support, mirrors remove its security updates before the list of them. */
function isIncompleteMirror(error: unknown): boolean {
  return error instanceof TaskError && /\b404 +Not Found/.test(error.output ?? '')
}

async function buildFrom(
  sources: string[],
  part: string,
  { lab, recipe: name, report, signal }: ImageOptions,
): Promise<void> {
  const recipe = recipeOf(name)
  const group = await makeGroup(buildGroup(lab))
  const paths = {
    root: join(part, 'root'),
    work: join(part, 'work'),
    sources: join(part, 'sources.list'),
    script: join(part, 'customize.sh'),
  }
  await writeFile(paths.sources, sources.join('\n') + '\n')
  await writeFile(paths.script, customizeScript(recipe))
  const onLine = (line: string) => {
    if (/^I: [a-z -]+\.\.\.$/.test(line)) report(`  ${line.slice(3)}`)
  }
  const env = { LC_ALL: 'C.UTF-8' }
  const debootstrap = debootstrapCommand(paths, recipe, await hostDownloadSettings())
  await runLocally(inGroup(group, debootstrap), { timeoutSeconds: 900, onLine, signal, env })
  report('  downloading the packages that nodes can install')
  await download(paths, argv => runLocally(inGroup(group, argv), { timeoutSeconds: 600, signal, env }))
  report('  indexing them')
  await index(join(paths.work, 'cache', 'archives'), join(part, 'packages'))
  await runLocally(['rm', '-rf', paths.work, paths.script], { timeoutSeconds: 60 })
}

/** Fetches every offered package and what it needs beyond the base. */
async function download(
  paths: { root: string; work: string; sources: string },
  execute: (argv: string[]) => ReturnType<typeof runLocally>,
): Promise<void> {
  await mkdir(join(paths.work, 'lists', 'partial'), { recursive: true })
  await mkdir(join(paths.work, 'cache', 'archives', 'partial'), { recursive: true })
  const options = foreignApt(paths)
  await execute(['apt-get', ...options, '--quiet', 'update'])
  const known = new Set((await execute(['apt-cache', ...options, 'pkgnames'])).stdout.split('\n'))
  const wanted = offeredIn(known)
  const install = ['apt-get', ...options, '--quiet', '--yes', '--download-only', 'install']
  await execute([...install, ...wanted])
  // For a dependency on `a | b`, the whole set may resolve to b and a single package to a: both must be offered.
  // No fence agent has one.
  for (const name of wanted.filter(name => !fenceAgentPackages.includes(name))) await execute([...install, name])
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

/** True if a node's disk uses this directory as a lower layer, from the text of /proc/self/mounts. */
export function isLowerLayer(dir: string, mounts: string): boolean {
  return mounts.includes(`lowerdir=${dir}/`) || mounts.includes(`:${dir}/`)
}

/** An image that was used so lately can be one that another version of ha-run is about to mount. */
const inUseMs = 30 * 60_000

/** Removes interrupted builds, and images of older recipes that no mounted node uses. Images of other recipes stay. */
async function prune(): Promise<void> {
  await mkdir(imagesDir, { recursive: true })
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  for (const name of await readdir(imagesDir)) {
    const dir = join(imagesDir, name)
    const recipe = name.replace(/-[^-]*$/, '')
    const isCurrent = name === `${recipe}-${recipeHash(recipe)}` || isLowerLayer(dir, mounts)
    const isFinished = !name.includes(partSuffix(''))
    if (isCurrent || (isFinished && Date.now() - (await stat(dir)).mtimeMs < inUseMs)) continue
    await runLocally(['rm', '-rf', '--one-file-system', dir], { timeoutSeconds: 120 })
  }
}
