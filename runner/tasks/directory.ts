import { posix } from 'node:path'
import { TaskError } from '../errors.js'
import { fileState, linkTarget } from '../facts/files.js'
import { ShellText, sh } from '../ssh/quote.js'
import { attributesOf, type Ownership } from './attributes.js'
import { modeAndOwner } from './file.js'
import { keepFormerLink } from './former.js'
import { task, type NodeTask, type TaskRef } from './task.js'
import { candidateOf } from './write-file.js'

export interface DirectoryOptions extends Ownership {
  title?: string
  needs?: readonly TaskRef[]
}

/**
 * A directory, with those above it. A new one is 0755 and root's unless declared otherwise; of one that is there, only what is declared
 * is changed, and nothing inside of it.
 *
 * ```ts
 * directory('/srv/shop', { owner: 'shop', mode: '0750' })
 * ```
 */
export function directory(path: string, options: DirectoryOptions = {}): NodeTask {
  const { title = `directory ${path}`, needs } = options
  const { mode, owner } = attributesOf(options, { mode: '0755', owner: 'root:root' })
  const declared = {
    mode: options.mode === undefined ? undefined : mode,
    owner: options.owner === undefined && options.group === undefined ? undefined : owner,
  }
  return task(title, {
    ...(needs && { needs }),
    async check({ read }) {
      const state = await read(fileState(path))
      if (!state) return [{ subject: path, from: undefined, to: 'directory' }]
      if (state.type !== 'directory')
        throw new TaskError(`${path} is a ${state.type}, not a directory`, { hint: 'move it away and run again' })
      return modeAndOwner(path, state, declared)
    },
    async apply({ $ }, differences) {
      const isNew = differences.some(({ subject }) => subject === path)
      // Nobody else uses it before it has its owner. With four digits, chmod keeps setuid and setgid of a directory.
      const made = sh`{ [ -d ${path} ] || mkdir -m ${declared.owner === undefined ? mode : '0700'} -- ${path}; }`
      const commands = [
        ...(isNew ? [sh`mkdir -p -- ${posix.dirname(path)}`, made] : []),
        ...(isNew || declared.owner !== undefined ? [sh`chown -h ${owner} -- ${path}`] : []),
        ...(isNew || declared.mode !== undefined ? [sh`chmod ${`0${mode}`} -- ${path}`] : []),
      ]
      await $`${new ShellText(commands.join(' && '))}`
    },
  })
}

/**
 * A symbolic link.
 *
 * ```ts
 * symbolicLink('/etc/nginx/sites-enabled/shop', '../sites-available/shop')
 * ```
 *
 * @param target - as the link has it: relative to the link's directory, or absolute.
 */
export function symbolicLink(
  path: string,
  target: string,
  { title = `symbolic link ${path}`, needs }: Pick<DirectoryOptions, 'title' | 'needs'> = {},
): NodeTask {
  return task(title, {
    ...(needs && { needs }),
    async check({ read }) {
      const [state, current] = await Promise.all([read(fileState(path)), read(linkTarget(path))])
      if (state && state.type !== 'symbolic link')
        throw new TaskError(`${path} is a ${state.type}, not a symbolic link`, { hint: 'move it away and run again' })
      const shown = (to: string | undefined) => (to === undefined ? undefined : `link to ${to}`)
      return current === target ? [] : [{ subject: path, from: shown(current), to: shown(target) }]
    },
    async apply({ $ }) {
      const candidate = candidateOf(path)
      await keepFormerLink($, path)
      await $`mkdir -p -- ${posix.dirname(path)} && rm -f -- ${candidate} && ln -s -- ${target} ${candidate} && mv -fT -- ${candidate} ${path} && sync -- ${posix.dirname(path)}`
    },
  })
}
