import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TaskError } from '../errors.js'
import { buildGroup, inGroup, makeGroup } from './cgroup.js'
import { locked } from './lock.js'
import { imagesDir } from './names.js'
import { runLocally } from './process.js'
import { customizeScript, debootstrapCommand, fenceAgentPackages, offeredIn, recipeHash, recipeOf } from './recipe.js'
import { makeRepository } from './repository.js'
import { hostDownloadSettings, hostSources, withoutSecurity } from './sources.js'

/** The name suffix of an unfinished image's directory: it names the lab that builds it, whose `down` removes it. */
export const partSuffix = (lab: string) => `.part-${lab}`

/** A finished image; it never changes, except that further packages may join it (further-packages.ts). */
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
  await makeRepository(
    { ...paths, repository: join(part, 'packages') },
    // No fence agent has a dependency on `a | b`.
    { names: offeredIn, plain: fenceAgentPackages },
    async argv => runLocally(inGroup(group, argv), { timeoutSeconds: 600, signal, env }),
    report,
  )
  await runLocally(['rm', '-f', paths.script], { timeoutSeconds: 60 })
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
