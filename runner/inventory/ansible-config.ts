import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where Ansible's own configuration is looked for; a test has others. */
interface Surroundings {
  environment: NodeJS.ProcessEnv
  directory: string
  home: string
}

const here = (): Surroundings => ({ environment: process.env, directory: '', home: homedir() })

/**
 * For an error about a missing inventory: the inventory that Ansible would use, which ha-run does not. It works on the nodes that
 * -i or its own default names, so that a variable of another tool never decides about them.
 */
export function ansibleInventoryHint(surroundings: Surroundings = here()): string | undefined {
  const found = ansibleInventory(surroundings)
  if (!found) return undefined
  const [source, inventory] = found
  return `${source} names ${inventory}: use ${inventory
    .split(',')
    .map(path => `-i ${path.trim()}`)
    .join(' ')}`
}

/** In Ansible's order: the environment, then the first configuration file that exists. */
function ansibleInventory({ environment, directory, home }: Surroundings): [source: string, value: string] | undefined {
  const variable = environment['ANSIBLE_INVENTORY']
  if (variable) return ['ANSIBLE_INVENTORY', variable]
  const files = [join(directory, 'ansible.cfg'), join(home, '.ansible.cfg'), '/etc/ansible/ansible.cfg']
  const named = environment['ANSIBLE_CONFIG']
  const file = [...(named ? [named] : []), ...files].find(each => existsSync(each))
  const value = file === undefined ? undefined : settingIn(file)
  return file === undefined || value === undefined ? undefined : [file, value]
}

/** `inventory` in the section [defaults], with paths relative to the file. */
function settingIn(file: string): string | undefined {
  const [, section] = /^\[defaults\]([^]*?)(?=^\[|(?![^]))/m.exec(readText(file)) ?? []
  const [, value] = /^inventory[ \t]*[=:][ \t]*(\S[^;\r\n]*?)[ \t]*(?:[ \t];.*)?$/m.exec(section ?? '') ?? []
  return value
    ?.split(',')
    .map(path => path.trim())
    .map(path => (/^[/~]/.test(path) ? path : join(file, '..', path)))
    .join(',')
}

/** A hint is not worth an error of its own. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
