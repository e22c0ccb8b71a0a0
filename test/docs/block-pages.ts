import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import * as api from '../../runner/public/index.js'

/** A page of docs/blocks, with the role that is its example. */
export interface BlockPage {
  page: string
  /** The name of the function, which is the page's title. */
  block: string
  /** The name of the example's role. */
  role: string
  code: string
}

export const folder = join('docs', 'blocks')

/** All pages but the index. */
export function blockPages(): BlockPage[] {
  return readdirSync(folder)
    .filter(page => page !== 'README.md')
    .toSorted()
    .map(page => {
      const text = readFileSync(join(folder, page), 'utf8')
      const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
      const [, code = ''] = examples[0] ?? []
      const [, role = ''] = /export default role\('([\w-]+)'/.exec(code) ?? []
      if (examples.length !== 1 || role === '') throw new Error(`${page}: not one example with one role`)
      return { page, block: /^# (\w+)/.exec(text)?.[1] ?? '', role, code }
    })
}

/** The tasks of an example's role for a node. @throws Error if its role has another name. */
export function exampleTasks(
  { role, code }: Pick<BlockPage, 'role' | 'code'>,
  node: string,
  vars: Record<string, string>,
): api.RoleTask[] {
  const module: { exports: { default?: api.UserRole } } = { exports: {} }
  const { code: plain } = transformSync(code, { loader: 'ts', format: 'cjs' })
  // oxlint-disable-next-line typescript/no-implied-eval -- the code is that of our own pages
  new Function('module', 'require', plain)(module, () => api)
  const loaded = module.exports.default
  if (loaded?.name !== role) throw new Error(`not the role ${role}: ${loaded?.name}`)
  return loaded.tasks({
    cluster: {
      name: 'c',
      nodes: [{ name: node }],
      resources: [{ kind: 'primitive', id: 'FloatIP' }],
      constraints: [] as Cluster['constraints'],
    } as Cluster,
    node: { name: node } as Node,
    vars: loaded.vars?.parse(vars) ?? {},
  })
}
