import { posix } from 'node:path'
import { skip, task, type NodeTask, type TaskRef } from './task.js'
import { fileState, fileText } from '../facts/files.js'

/**
 * Keeps a copy of the file that the package shipped, once, beside the file that replaces it.
 *
 * @param isOriginal - whether a text is the shipped one, rather than one by ha-run or somebody else: such a text is not kept.
 */
export function keepOriginal(
  path: string,
  suffix: string,
  { isOriginal, needs }: { isOriginal: (text: string) => boolean; needs: readonly TaskRef[] },
): NodeTask {
  const copy = path + suffix
  return task(`keep ${posix.basename(copy)}`, {
    needs,
    async check({ read }) {
      const [kept, text] = await Promise.all([read(fileState(copy)), read(fileText(path))])
      if (kept) return []
      if (text === undefined || !isOriginal(text)) return skip(`there is no shipped ${path} to keep`)
      return [{ subject: copy, from: undefined, to: `a copy of ${path}` }]
    },
    async apply({ $ }) {
      const candidate = `${copy}.ha-run`
      // A link, not a rename: it never replaces a copy that was made meanwhile.
      await $`cp -p -- ${path} ${candidate} && sync -- ${candidate} && ln -T -- ${candidate} ${copy}; code=$?; rm -f -- ${candidate}; exit $code`
    },
  })
}
