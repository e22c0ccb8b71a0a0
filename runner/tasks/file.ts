import type { Difference } from './difference.js'
import { sha256 } from '../hash.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { TaskError } from '../errors.js'
import { fileState, fileText, type FileState } from '../facts/files.js'
import { keepFormer } from './former.js'
import { replaceFile, type Validate } from './write-file.js'

export interface FileOptions {
  /** The whole content, or a function of the present content (undefined without a file) if only a part of it is declared. */
  content: string | ((current: string | undefined) => string)
  /** Octal, four digits. @default '0644' */
  mode?: string
  /** `user:group`. @default 'root:root' */
  owner?: string
  validate?: Validate
  /** Keep the content from before ha-run first wrote the file, once, under /var/lib/ha-run/former. @default false */
  keepFormer?: boolean | ((current: string) => boolean)
  needs?: readonly TaskRef[]
}

/**
 * A file as declared: content, mode, owner.
 *
 * ```ts
 * file('/etc/motd', { content: 'Hello\n' })
 * ```
 */
export function file(path: string, options: FileOptions): NodeTask {
  const { content, mode = '0644', owner = 'root:root', validate, keepFormer: keepsFormer = false, needs } = options
  const attributes = { mode, owner }
  return task(`write ${path}`, {
    ...(needs && { needs }),
    async check({ read }) {
      // A part of a file cannot be judged without the whole: then both are asked for in one go.
      const [state] = await Promise.all([
        read(fileState(path)),
        typeof content === 'string' ? undefined : read(fileText(path)),
      ])
      if (typeof content === 'string' && state?.hash === sha256(content))
        return attributeDifferences(path, state, attributes)
      const current = await read(fileText(path))
      const wanted = wantedText(path, content, current)
      const text = current === wanted ? [] : [{ subject: path, from: current, to: wanted }]
      return [...text, ...attributeDifferences(path, state, attributes)]
    },
    async apply({ $, read }, differences) {
      const current = await read(fileText(path))
      const wanted = wantedText(path, content, current)
      if (differences.some(({ subject }) => subject === path)) {
        if (current !== undefined && (typeof keepsFormer === 'function' ? keepsFormer(current) : keepsFormer))
          await keepFormer($, path)
        await replaceFile($, path, wanted, attributes, validate)
      } else {
        await $`chmod ${mode} -- ${path} && chown ${owner} -- ${path}`
      }
    },
  })
}

/** @throws TaskError if the present content is not UTF-8: it could not be written back unchanged. */
function wantedText(path: string, content: FileOptions['content'], current: string | undefined): string {
  if (typeof content === 'string') return content
  if (current?.includes('\uFFFD')) {
    throw new TaskError(`${path} contains bytes that are not UTF-8, so that a part of it cannot be changed safely`, {
      hint: `correct them by hand; \`grep -naxv '.*' ${path}\` shows their lines`,
    })
  }
  return content(current)
}

/** How the type, mode and owner of a file differ from the declared ones; none without a file. */
export function attributeDifferences(
  path: string,
  state: FileState | undefined,
  { mode, owner }: { mode: string; owner: string },
): Difference[] {
  if (!state) return []
  if (state.type !== 'regular file')
    throw new TaskError(`${path} is a ${state.type}, not a file`, { hint: 'move it away and run again' })
  const actual = `${state.owner}:${state.group}`
  return [
    ...(state.mode === mode ? [] : [{ subject: `mode of ${path}`, from: state.mode, to: mode }]),
    ...(actual === owner ? [] : [{ subject: `owner of ${path}`, from: actual, to: owner }]),
  ]
}
