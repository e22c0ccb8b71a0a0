import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'
import { blockPages } from '../docs/block-pages.js'

/** A role as its author's editor sees it: the package is in node_modules, with nothing else. */
const role = `
import { file, packages, role, service, z } from 'ha-run'

const site = z.object({ workers: z.number().default(2), title: z.string() })

export default role('nginx', { vars: site }, ({ cluster, node, vars }) => {
  const install = packages(['nginx'], { units: ['nginx.service'] })
  return [
    install,
    service('nginx.service', { enabled: false, running: false }),
    file('/etc/nginx/conf.d/site.conf', { content: \`# \${cluster.name} \${node.name} \${vars.workers.toFixed()} \${vars.title}\` }),
    // @ts-expect-error -- a misspelt variable
    file('/etc/motd', { content: vars.titel, needs: [install] }),
    // @ts-expect-error -- a file has content
    file('/etc/motd', {}),
  ]
})
`

/** A role for hosts outside clusters, too. */
const anywhere = `
import { file, role, z } from 'ha-run'

export default role('motd', { anywhere: true, vars: z.object({ greeting: z.string() }) }, ({ cluster, node, vars }) => [
  file('/etc/motd', { content: \`\${vars.greeting} to \${node.name} of \${cluster?.name ?? 'no cluster'}\n\` }),
  // @ts-expect-error -- there may be no cluster
  file('/etc/cluster', { content: cluster.name }),
  // The addresses of a node are known where there is a cluster.
  ...(cluster ? [file('/etc/links', { content: node.links.join() })] : []),
])

export const plain = role('plain', { anywhere: true }, ({ node }) => [file('/etc/name', { content: node.name })])
`

test('a role has its types in a folder with the package alone', t => {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-types-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules/ha-run'))
  writeFileSync(join(folder, 'index.ts'), role)
  writeFileSync(join(folder, 'anywhere.ts'), anywhere)
  // The examples of the pages about building blocks, too.
  const pages = blockPages().map(({ page, code }) => ({ file: page.replace('.md', '.ts'), code }))
  for (const { file, code } of pages) writeFileSync(join(folder, file), code)
  const files = ['index.ts', 'anywhere.ts', ...pages.map(({ file }) => file)]
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', ...files]
  const { stdout, status } = spawnSync(resolve('node_modules/.bin/tsc'), options, { cwd: folder, encoding: 'utf8' })
  t.is(stdout, '')
  t.is(status, 0)
})
