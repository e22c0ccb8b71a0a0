import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '../hash.js'
import { exec } from './exec.js'
import { locked } from './lock.js'
import type { Lab } from './names.js'
import { runLocally } from './process.js'
import { repositoryMount } from './recipe.js'
import { makeRepository } from './repository.js'
import { imageOf } from './state.js'

/**
 * Lets the nodes of a lab install packages that few labs need, such as a database, so that the image of all others need not contain
 * them. They stand in a repository of their own below that of the image, which the nodes have mounted; it is made once for an image.
 */
export async function offerPackages(
  lab: Lab,
  names: string[],
  { report, signal }: { report: (line: string) => void; signal?: AbortSignal },
): Promise<void> {
  const { root, packages } = await imageOf(lab.name)
  const folder = `further-${sha256(names.join(' ')).slice(0, 8)}`
  const repository = join(packages, folder)
  await locked(
    'further-packages',
    { timeoutSeconds: 600, busy: 'another lab has been downloading packages for 10 minutes' },
    async () => {
      if (existsSync(repository)) return
      const part = `${repository}.part`
      await rm(part, { recursive: true, force: true })
      await mkdir(part)
      const made = join(part, 'repository')
      const paths = { root, sources: join(dirname(root), 'sources.list'), work: join(part, 'work'), repository: made }
      const execute = async (argv: string[]) =>
        runLocally(argv, { timeoutSeconds: 600, signal, env: { LC_ALL: 'C.UTF-8' } })
      await makeRepository(paths, { names: () => names }, execute, report)
      await rename(made, repository)
      await rm(part, { recursive: true })
    },
  )
  const source = `deb [trusted=yes] file:${repositoryMount}/${folder} ./`
  const write = ['sh', '-c', 'echo "$1" >/etc/apt/sources.list.d/further.list', 'sh', source]
  await Promise.all(lab.nodes.map(async node => exec(node, write, { output: 'collect', timeoutSeconds: 20 })))
}
