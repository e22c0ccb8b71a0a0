import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Folders that stand in a project, and not for one. */
const inProject = ['inventory', 'inventories', 'playbooks']

export interface ProjectFiles {
  inventory: readonly string[]
  /** The inventory is that of a lab: the project is where the user is. */
  lab?: string | undefined
  playbookFile?: string | undefined
}

/** The folders that may contain the `roles/` and `playbooks/` of the user: beside the playbook, and beside the inventory. */
export function projectFolders({ inventory, lab, playbookFile }: ProjectFiles): string[] {
  const files = [
    ...(playbookFile === undefined ? [] : [playbookFile]),
    ...(lab === undefined ? inventory : ['inventory']),
  ]
  const folders = files.map(file => dirname(resolve(file)))
  const around = folders.flatMap(folder =>
    inProject.includes(basename(folder)) ? [folder, dirname(folder)] : [folder],
  )
  return [...new Set(around)].filter(folder => !isOurs(folder))
}

/** Whether a folder is a clone of ha-run: its roles are those of the command. */
function isOurs(folder: string): boolean {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8')
    return (JSON.parse(text) as { name?: unknown } | null)?.name === 'ha-run'
  } catch {
    return false
  }
}

/** The roles of the user, by name, each with its file: `roles/NAME/index.ts` or `roles/NAME.ts`. The first folder takes precedence. */
export function findUserRoles(folders: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const folder of folders.map(each => join(each, 'roles')).filter(existsSync)) {
    for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const [, base = entry.name, extension] = /^(.+)\.([tj]s)$/.exec(entry.name) ?? []
      const files =
        extension === undefined
          ? ['index.ts', 'index.js'].map(name => join(folder, entry.name, name)).filter(existsSync)
          : [join(folder, entry.name)]
      if (files[0] !== undefined && isRoleName(base) && !found.has(base)) found.set(base, files[0])
    }
  }
  return found
}

export function isRoleName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)
}

/** The playbook of the project with this name, if it has one. */
export function projectPlaybook(folders: readonly string[], name: string): string | undefined {
  return folders.map(folder => join(folder, 'playbooks', `${name}.yml`)).find(existsSync)
}
