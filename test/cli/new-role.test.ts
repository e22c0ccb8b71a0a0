import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folderOf, main } from './ha-run.js'

function run(cwd: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a new role has cases, which its test finds true; a changed role fails them', t => {
  const folder = folderOf(t)
  const files = ['index.ts', 'test/bare.yml', 'test/another-text.yml', 'test/in-sync.yml']
  t.deepEqual(run(folder, 'new', 'role', 'motd'), {
    status: 0,
    stdout: files.map(file => `roles/motd/${file}\n`).join(''),
    stderr: '',
  })
  t.deepEqual(run(folder, 'test', 'roles/motd'), {
    status: 0,
    stdout:
      'roles/motd/test/another-text.yml: ok\nroles/motd/test/bare.yml: ok\nroles/motd/test/in-sync.yml: ok\n3 cases: all ok\n',
    stderr: '',
  })
  const index = join(folder, 'roles/motd/index.ts')
  const text = readFileSync(index, 'utf8')
  writeFileSync(index, text.replace('to ${node.name}', 'at ${node.name}'))
  const changed = run(folder, 'test', 'roles/motd')
  t.is(changed.status, 2)
  t.regex(
    changed.stdout,
    /bare\.yml: another result .*\n[^]*-\s+Welcome at node1 of test\n  \+\s+Welcome to node1 of test\n/,
  )
  t.regex(changed.stdout, /\n3 cases: 3 failed\n$/)
  // A mistake in the role has its place, whatever the case.
  writeFileSync(index, text.replace('cluster.name', 'cluster.title.text'))
  const broken = run(folder, 'test', 'roles/motd')
  t.is(broken.status, 1)
  t.regex(broken.stderr, /TypeError: .* in "roles\/motd\/index\.ts" \(\d+:\d+\)/)
})

test('nothing is overwritten, and a role of ours keeps its name', t => {
  const folder = folderOf(t)
  run(folder, 'new', 'role', 'motd')
  writeFileSync(join(folder, 'roles/own.ts'), 'mine')
  for (const [name, message] of [
    ['motd', /roles\/motd is there already: nothing was written/],
    ['own', /roles\/own\.ts is there already: nothing was written/],
    ['apache', /role "apache" is one of ha-run/],
    ['../x', /expected the name of a role/],
  ] as const) {
    const { status, stderr } = run(folder, 'new', 'role', name)
    t.is(status, 1, name)
    t.regex(stderr, message)
  }
  t.is(readFileSync(join(folder, 'roles/own.ts'), 'utf8'), 'mine')
})

test('what is no role, or has no cases, is not tested', t => {
  const folder = folderOf(t)
  for (const [path, message] of [
    ['roles/motd', /roles\/motd is not the folder of a role/],
    ['.', /\. has no index\.ts/],
  ] as const) {
    const { status, stderr } = run(folder, 'test', path)
    t.is(status, 1, path)
    t.regex(stderr, message)
  }
})
