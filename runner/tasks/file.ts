import { TaskError } from '../errors.js'
import { fileState, fileText, type FileState } from '../facts/files.js'
import { sha256 } from '../hash.js'
import { fingerprint } from '../secret.js'
import { attributesOf, type Ownership } from './attributes.js'
import { textOf, type CommandText } from './command-text.js'
import type { Difference } from './difference.js'
import { keepFormer } from './former.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { replaceFile, type FileAttributes } from './write-file.js'

/** How a text is written, whether the whole of it is declared or a part. */
export interface WriteOptions {
  /** A command that must exit with 0 before the new text, in a file beside the old one, replaces it. */
  validate?: (path: string) => CommandText | string
  /**
   * Keep the text from before ha-run first wrote the file, once, under /var/lib/ha-run/former. A function chooses by the present text.
   *
   * @default true
   */
  keepFormer?: boolean | ((current: string) => boolean)
  /** Show fingerprints instead of texts. @default false */
  secret?: boolean
  /** The task's name, the same on every node. */
  title?: string
  needs?: readonly TaskRef[]
}

type Content = string | ((current: string | undefined) => string | undefined)

export interface FileOptions extends WriteOptions, Ownership {
  /** The whole content, or a function of the present content (undefined without a file) if only a part of it is declared. */
  content: string | ((current: string | undefined) => string)
}

/** A task for a file, or a part of it. */
export interface FileTask extends NodeTask {
  path: string
}

/**
 * A file as declared: content, mode (0644 by default), owner and group (root).
 *
 * ```ts
 * file('/etc/nginx/conf.d/site.conf', { content: siteConf(vars, node), validate: path => $ => $`nginx -t -c ${path}` })
 * ```
 */
export function file(path: string, options: FileOptions): FileTask {
  const attributes = attributesOf(options, { mode: '0644', owner: 'root:root' })
  return textTask(`write ${path}`, path, { ...options, attributes })
}

/**
 * A part of a file that keeps its mode and owner. A new one is 0644 and root's.
 *
 * @param options - `content`: the whole from the present whole; undefined for no file.
 */
export function partOfFile(
  title: string,
  path: string,
  options: WriteOptions & { content: (current: string | undefined) => string | undefined },
): FileTask {
  return textTask(title, path, { ...options, attributes: undefined })
}

function textTask(
  defaultTitle: string,
  path: string,
  options: WriteOptions & { content: Content; attributes: FileAttributes | undefined },
): FileTask {
  const { content, validate, keepFormer: keepsFormer = true, secret = false, title = defaultTitle, needs } = options
  const shown = (text: string | undefined) => (secret && text !== undefined ? fingerprint(sha256(text)) : text)
  const wantedAttributes = (state: FileState | undefined) => options.attributes ?? presentAttributes(state)
  const written = task(title, {
    ...(needs && { needs }),
    async check({ read }) {
      // A part of a file cannot be judged without the whole: then both are asked for in one go.
      const [state] = await Promise.all([
        read(fileState(path)),
        typeof content === 'string' ? undefined : read(fileText(path)),
      ])
      const differing = attributeDifferences(path, state, wantedAttributes(state))
      if (typeof content === 'string' && state?.hash === sha256(content)) return differing
      const current = await read(fileText(path))
      const wanted = wantedText(path, content, current)
      const text = current === wanted ? [] : [{ subject: path, from: shown(current), to: shown(wanted) }]
      return [...text, ...differing]
    },
    async apply({ $, read }, differences) {
      const [state, current] = await Promise.all([read(fileState(path)), read(fileText(path))])
      const attributes = wantedAttributes(state)
      const wanted = wantedText(path, content, current)
      if (wanted !== undefined && differences.some(({ subject }) => subject === path)) {
        if (current !== undefined && (typeof keepsFormer === 'function' ? keepsFormer(current) : keepsFormer))
          await keepFormer($, path)
        await replaceFile($, path, wanted, attributes, validate && (candidate => textOf(validate(candidate))))
      } else {
        await $`chown ${attributes.owner} -- ${path} && chmod ${attributes.mode} -- ${path}`
      }
    },
  })
  return { ...written, path }
}

/** Those of a file, or of a new one. */
function presentAttributes(state: FileState | undefined): FileAttributes {
  return state ? { mode: state.mode, owner: `${state.owner}:${state.group}` } : { mode: '0644', owner: 'root:root' }
}

/** @throws TaskError if the present content is not UTF-8: it could not be written back unchanged. */
function wantedText(path: string, content: Content, current: string | undefined): string | undefined {
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
  { mode, owner }: FileAttributes,
): Difference[] {
  if (!state) return []
  if (state.type !== 'regular file')
    throw new TaskError(`${path} is a ${state.type}, not a file`, { hint: 'move it away and run again' })
  return modeAndOwner(path, state, { mode, owner })
}

/** How mode and owner differ from those that are declared. */
export function modeAndOwner(
  path: string,
  state: FileState,
  { mode, owner }: { mode?: string | undefined; owner?: string | undefined },
): Difference[] {
  const actual = `${state.owner}:${state.group}`
  return [
    ...(mode === undefined || state.mode === mode ? [] : [{ subject: `mode of ${path}`, from: state.mode, to: mode }]),
    ...(owner === undefined || actual === owner ? [] : [{ subject: `owner of ${path}`, from: actual, to: owner }]),
  ]
}
