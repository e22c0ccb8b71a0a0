import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import type { Command } from 'commander'
import { commandLine } from '../../runner/cli/command-line.js'
import { readClusters } from '../../runner/cluster/declaration/read.js'
import { exitCodes } from '../../runner/errors.js'
import { loadInventory } from '../../runner/inventory/load.js'
import { labCommand } from '../../runner/lab/command.js'
import { options as drillOptions } from '../../roles/drill/index.js'
import { options as fenceOptions } from '../../roles/fence/index.js'
import verify from '../../roles/verify/index.js'

/** What the pages say about the code must be there: files, options, assertions, exit codes, cited sections. */

/** A page without what it says about former versions. */
const read = (page: string) => readFileSync(page, 'utf8').split('## Before and after')[0] ?? ''
const pages = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
  ...readdirSync('examples')
    .map(name => `examples/${name}/README.md`)
    .filter(existsSync),
]
const headings = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)

test('links lead to files and headings', t => {
  const anchors = (page: string) =>
    headings(page).map(heading =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
  const isBroken = (page: string, link: string) => {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor))
  }
  t.deepEqual(
    pages.flatMap(page =>
      [...read(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)].flatMap(([, link = '']) =>
        isBroken(page, link) ? [`${page}: ${link}`] : [],
      ),
    ),
    [],
  )
})

test('source files that are named exist', t => {
  t.deepEqual(
    // The files of docs/roles.md are those of its reader, and an example's are its own.
    pages
      .filter(page => page !== 'docs/roles.md' && !page.startsWith('examples/'))
      .flatMap(page =>
        [...read(page).matchAll(/\b(runner|roles|test|playbooks)\/[\w./-]*\w/g)].flatMap(([path]) =>
          existsSync(path) ? [] : [`${page}: ${path}`],
        ),
      ),
    [],
  )
})

test('options that are named exist', t => {
  const optionsOf = (command: Command): string[] => [
    ...command.options.map(({ long }) => long ?? ''),
    ...command.commands.flatMap(optionsOf),
  ]
  const known = new Set([
    '--help',
    ...[commandLine(), labCommand(() => {})].flatMap(optionsOf),
    ...[...drillOptions(), ...fenceOptions()].map(({ long }) => long ?? ''),
  ])
  // A command of ha-run up to what it hands on, or an option that stands alone.
  const named = (page: string) =>
    [...read(page).matchAll(/\bha-run ([^#`\n]*)|`(--[^`]*)`/g)]
      .flatMap(([, command, option]) => [
        ...((command ?? option ?? '').split(' -- ')[0] ?? '').matchAll(/--[a-z][a-z0-9-]*/g),
      ])
      .map(([option]) => option)
  const guides = pages.filter(page => !['docs/facts.md', 'docs/drills.md'].includes(page))
  t.deepEqual(
    guides.flatMap(page => named(page).flatMap(option => (known.has(option) ? [] : [`${page}: ${option}`]))),
    [],
  )
})

test('the README counts the assertions', t => {
  const [cluster] = readClusters(loadInventory('inventory/example.yml'))
  const assertions = cluster?.nodes[0] ? verify.tasks({ cluster, node: cluster.nodes[0] }) : []
  t.true(read('README.md').includes(`${assertions.length} assertions`))
})

test('docs/commands.md lists all exit codes, most urgent first', t => {
  const listed = [...read('docs/commands.md').matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))
  t.deepEqual(listed, Object.values(exitCodes))
})

test('sections of docs/facts.md that comments cite exist', t => {
  const known = headings('docs/facts.md')
  const sources = ['runner', 'roles', 'test'].flatMap(folder =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  )
  const citations = sources
    .filter(name => name.endsWith('.ts') && name !== 'test/docs/pages.test.ts')
    .flatMap(name =>
      [
        ...readFileSync(name, 'utf8')
          .replaceAll(/\n\s*(\*|\/\/) ?/g, ' ')
          .matchAll(/docs\/facts\.md, ([^)\n]{0,40})/g),
      ].map(([, section = '']) => ({ name, section })),
    )
  t.deepEqual(
    citations.filter(({ section }) => !known.some(heading => section.startsWith(heading))),
    [],
  )
})
