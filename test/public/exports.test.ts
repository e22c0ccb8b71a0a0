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

test('the exports of ha-run are those of version 1', t => {
  t.is(api.apiVersion, 1)
  t.deepEqual(Object.keys(api).toSorted(), names.toSorted())
})
