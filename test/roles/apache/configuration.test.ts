import { spawnSync } from 'node:child_process'
import test from 'ava'
import {
  apacheConfiguration,
  configurationDifference,
  hashOf,
  loadedConfiguration,
  type Configuration,
} from '../../../roles/apache/configuration.js'
import { processOutput } from '../../../runner/ssh/outcome.js'

/** The output of the fact's script; each file's content is its name. */
function printed({
  load = '',
  note = '',
  changed = [],
  files = [],
}: {
  load?: string
  note?: string
  changed?: string[]
  files?: string[]
}): string {
  const sums = files.map(path => `${hex(path)}  ./${path}`)
  return [load, note, ...changed.map(path => `changed ${path}`), ...sums, ''].join('\0')
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)
}

function parsed(stdout: string): Configuration | undefined {
  return apacheConfiguration.family.parse(processOutput({ stdout, stderr: '', exitCode: 0, timedOut: false }), [
    '',
  ])[0] as Configuration | undefined
}

function node(what: Parameters<typeof printed>[0]): Configuration {
  return parsed(printed(what))!
}

test('without /etc/apache2 there is no configuration', t => {
  t.is(parsed(''), undefined)
})

test('files, the last load, what changed after it, and the note', t => {
  t.deepEqual(
    node({
      load: '7:1.5',
      note: 'abc 7:1.5',
      changed: ['.', './ports.conf'],
      files: ['ports.conf', 'a file\nwith a line end'],
    }),
    {
      files: new Map([
        ['ports.conf', hex('ports.conf')],
        ['a file\nwith a line end', hex('a file\nwith a line end')],
      ]),
      load: { id: '7:1.5', changedSince: ['/etc/apache2', 'ports.conf'] },
      note: { hash: 'abc', load: '7:1.5' },
    },
  )
  t.like(node({ files: ['a'] }), { load: undefined, note: undefined })
})

test('the hash is of names and contents, in any order, and not of the environment for the next start', t => {
  t.is(hashOf(node({ files: ['a', 'b'] })), hashOf(node({ files: ['b', 'envvars', 'a'] })))
  t.not(hashOf(node({ files: ['a', 'b'] })), hashOf(node({ files: ['a'] })))
  const other = node({ files: ['a'] })
  other.files.set('a', hex('other'))
  t.not(hashOf(node({ files: ['a'] })), hashOf(other))
})

const files = ['ports.conf', 'mods-enabled/status.load', 'envvars']
const current = hashOf(node({ files }))

for (const [title, what, expected] of [
  ['no process', { changed: [] }, undefined],
  ['started by the cluster, nothing changed since', { load: '1:1' }, undefined],
  ['a file changed since', { load: '1:1', changed: ['.', './ports.conf'] }, 'as before ports.conf changed'],
  ['a link was removed', { load: '1:1', changed: ['./mods-enabled'] }, 'as before mods-enabled changed'],
  ['the folder itself', { load: '1:1', changed: ['.'] }, 'as before /etc/apache2 changed'],
  [
    'many changed',
    { load: '1:1', changed: ['./a', './b', './c', './d', './e', './f'] },
    'as before a, b, c, d and 2 more changed',
  ],
  ['only the environment for the next start', { load: '1:1', changed: ['./envvars'] }, undefined],
  ['noted, and the same since', { load: '1:1', note: `${current} 1:1` }, undefined],
  [
    'noted, and written again with the same content',
    { load: '1:1', note: `${current} 1:1`, changed: ['./ports.conf'] },
    undefined,
  ],
  ['noted, and another content', { load: '1:1', note: `${'ab'.repeat(32)} 1:1` }, 'sha256:abababababab'],
  ['the note is of an earlier load', { load: '2:2', note: `${'ab'.repeat(32)} 1:1` }, undefined],
  [
    'the note is of an earlier load, and a file changed since this one',
    { load: '2:2', note: `${current} 1:1`, changed: ['./ports.conf'] },
    'as before ports.conf changed',
  ],
] as const) {
  test(`loaded configuration: ${title}`, t => {
    const { changed = [], ...rest } = what as { changed?: readonly string[] }
    t.is(loadedConfiguration(node({ ...rest, changed: [...changed], files })), expected)
  })
}

test('nodes with the same files have no difference', t => {
  t.is(
    configurationDifference([
      ['node1', node({ files })],
      ['node2', node({ files })],
    ]),
    undefined,
  )
  t.is(configurationDifference([]), undefined)
})

test('files that differ are reported with the nodes that agree', t => {
  const one = node({ files })
  const other = node({ files: files.slice(1) })
  t.is(
    configurationDifference([
      ['node1', one],
      ['node2', other],
      ['node3', one],
    ]),
    'ports.conf in /etc/apache2 differs between (node1, node3) and node2',
  )
  other.files.set('envvars', hex('other'))
  t.is(
    configurationDifference([
      ['node1', one],
      ['node2', other],
    ]),
    'envvars, ports.conf in /etc/apache2 differ between node1 and node2',
  )
})

test('the script of the fact is POSIX sh', t => {
  t.is(spawnSync('sh', ['-n'], { input: apacheConfiguration.family.script(['']) }).stderr.toString(), '')
})
