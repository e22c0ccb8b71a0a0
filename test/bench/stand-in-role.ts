import type { Role } from '../../runner/tasks/role.js'
import { task } from '../../runner/tasks/task.js'
import { fact } from '../../runner/facts/fact.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { packageState } from '../../runner/facts/packages.js'

const paths = ['/etc/hostname', '/etc/hosts', '/etc/passwd', '/etc/debian_version', '/etc/ssh/ssh_config']

/** A role that stands in for real ones: ten tasks that check files, packages and the kernel, and find no difference. */
export const standInRole: Role = {
  name: 'stand-in',
  tasks: () => [
    ...paths.map(path =>
      task(`state of ${path}`, { check: async ({ read }) => found(path, await read(fileState(path))), apply }),
    ),
    ...paths
      .slice(0, 2)
      .map(path =>
        task(`text of ${path}`, { check: async ({ read }) => found(path, await read(fileText(path))), apply }),
      ),
    ...['openssh-server', 'dpkg'].map(name =>
      task(`package ${name}`, {
        check: async ({ read }) => found(name, (await read(packageState(name))).version),
        apply,
      }),
    ),
    task('kernel', {
      check: async ({ read }) => found('kernel', await read(fact('kernel', 'uname -r', ({ stdout }) => stdout.trim()))),
      apply,
    }),
  ],
}

function found(subject: string, value: unknown) {
  return value === undefined || value === '' ? [{ subject, from: undefined, to: 'there' }] : []
}

async function apply(): Promise<void> {
  throw new Error('a stand-in changes nothing')
}

/** How many tasks it has. */
export const standInTasks = 10
