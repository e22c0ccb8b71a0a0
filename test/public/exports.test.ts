import { readFileSync } from 'node:fs'
import test from 'ava'
import * as api from '../../runner/public/index.js'

/** The names that roles import. One that is removed, renamed or changed breaks roles that people have written: then `apiVersion` increases. */
const names = [
  'Secret',
  'TaskError',
  'apiVersion',
  'assertion',
  'block',
  'cibObjects',
  'clusterGuard',
  'clusterTask',
  'command',
  'directory',
  'download',
  'dropIn',
  'fact',
  'file',
  'fileState',
  'fileText',
  'group',
  'guard',
  'line',
  'packageState',
  'packages',
  'role',
  'service',
  'sh',
  'skip',
  'symbolicLink',
  'task',
  'timer',
  'unitState',
  'until',
  'user',
  'wait',
  'warn',
  'z',
]

/** The types that roles name, all by name: what a role's author has annotated. */
const types = [
  'BlockOptions',
  'CibObjectsOptions',
  'Cluster',
  'ClusterScope',
  'CommandOptions',
  'CommandText',
  'Difference',
  'DirectoryOptions',
  'DownloadOptions',
  'DropInOptions',
  'Fact',
  'FileOptions',
  'Finding',
  'HostPlace',
  'LineOptions',
  'Node',
  'NodePlace',
  'NodeScope',
  'PackagesOptions',
  'Place',
  'Remote',
  'RoleTask',
  'ServiceOptions',
  'TaskRef',
  'TimerOptions',
  'UserOptions',
  'UserRole',
  'Verdict',
  'WaitForOptions',
]

test('the types of ha-run are those of version 1', t => {
  const source = readFileSync('runner/public/index.ts', 'utf8')
  const exported = [...source.matchAll(/^export type \{ (.*) \} from/gm)].flatMap(([, list = '']) => list.split(', '))
  t.deepEqual(exported.toSorted(), types)
})

test('the exports of ha-run are those of version 1', t => {
  t.is(api.apiVersion, 1)
  t.deepEqual(Object.keys(api).toSorted(), names.toSorted())
})
