import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { patchCib } from '../../../runner/cluster/cib-change/patch-cib.js'
import { readCib } from '../../../runner/cluster/cib/read.js'
import { versionOf } from '../../../runner/cluster/cib/version.js'
import { TaskError } from '../../../runner/errors.js'
import { sent } from '../../sent.js'
import { scopeOf } from '../../roles/corosync/cluster.js'

const versions = test.macro({
  exec: (t, cib: string, expected: string) => t.is(versionOf(cib), expected),
  title: (name = '') => `a CIB’s version: ${name}`,
})

test(
  'as Pacemaker 2.1 writes it',
  versions,
  '<cib crm_feature_set="3.16.2" validate-with="pacemaker-3.9" epoch="12" num_updates="34" admin_epoch="1" cib-last-written="x" have-quorum="1" dc-uuid="1">\n  <configuration/></cib>',
  '1.12',
)
test(
  'as Pacemaker 2.0 writes it',
  versions,
  '<cib admin_epoch="0" epoch="7" num_updates="0" validate-with="pacemaker-1.2"/>',
  '0.7',
)
test('after an XML declaration', versions, '<?xml version="1.0"?>\n<cib epoch="7" admin_epoch="0"/>', '0.7')
test('in single quotes', versions, "<cib epoch='7' admin_epoch='0'/>", '0.7')
test('one attribute a line', versions, '<cib\n  epoch = "7"\n  admin_epoch="0"\n/>', '0.7')
test(
  'a comment before it does not count',
  versions,
  '<!-- <cib epoch="5" admin_epoch="5"> --><cib epoch="7" admin_epoch="0"/>',
  '0.7',
)
test(
  'a value that looks like another element’s end',
  versions,
  '<cib cib-last-written=">" epoch="7" admin_epoch="0"/>',
  '0.7',
)
test('an element inside does not count', versions, '<cib num_updates="0"><x epoch="1" admin_epoch="2"/></cib>', '.')
test('a value that is not a number', versions, '<cib epoch="7; reboot" admin_epoch="0"/>', '0.')

test('a text that is not XML is an error', t => {
  t.throws(() => versionOf(''), { message: /not well-formed XML/ })
  t.throws(() => versionOf('<cib epoch="7" admin_epoch="0">'), { message: /not well-formed XML/ })
})

const asRoot = process.getuid?.() === 0 && existsSync('/run') ? test : test.skip

/** Runs the script with tools that answer from files: `head` is the first line of the CIB, `codes` what cibadmin --patch ends with, in turn. */
async function runPatch(
  t: ExecutionContext,
  {
    head,
    codes = [0],
    version = '0.7',
    diffCode = 1,
    changes = [],
  }: { head: string[]; codes?: number[]; version?: string; diffCode?: number; changes?: string[] },
) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-patch-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string) => join(folder, name)
  const tool = (name: string, text: string) => writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  const next = (list: string) =>
    `n=$(cat ${at(list)}.n 2>/dev/null || echo 1); echo $((n + 1)) >${at(list)}.n; v=$(sed -n "$n"p ${at(list)}); [ -n "$v" ] || v=$(tail -n 1 ${at(list)})`
  writeFileSync(at('heads'), `${head.join('\n')}\n`)
  writeFileSync(at('codes'), `${codes.join('\n')}\n`)
  const version9 = ['source', 'target'].map(name => `<${name} admin_epoch="9" epoch="9" num_updates="9"/>`)
  writeFileSync(
    at('diff'),
    `${['<diff format="2"><version>', ...version9, '</version>', ...changes, '</diff>'].join('\n')}\n`,
  )
  tool('crm_diff', `cp "$2" ${at('seen')}; cp "$4" ${at('wanted')}; cat ${at('diff')}; exit ${diffCode}`)
  tool(
    'cibadmin',
    `case $1 in -Q) ${next('heads')}; echo "$v"; echo '  <configuration/>' ;;
*) cp "$3" ${at('patch')}; printf x >>${at('patches')}; ${next('codes')}; exit "$v" ;; esac`,
  )
  const { script, input } = await sent($ => patchCib($, version, '<seen é/>', '<wanted/>'))
  const { status } = spawnSync('/bin/sh', ['-c', script], {
    input,
    env: { PATH: `${folder}:${process.env['PATH']}` },
  })
  const text = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : undefined)
  return {
    status,
    seen: text('seen'),
    wanted: text('wanted'),
    patch: text('patch'),
    patches: text('patches')?.length ?? 0,
  }
}

const line = (epoch: number, updates: number) =>
  `<cib crm_feature_set="3.16.2" epoch="${epoch}" num_updates="${updates}" admin_epoch="0" have-quorum="1">`

asRoot('stdin is split into the two files, and the patch has the present version and the next', async t => {
  const { status, seen, wanted, patch } = await runPatch(t, { head: [line(7, 34)] })
  t.is(status, 0)
  t.deepEqual([seen, wanted], ['<seen é/>', '<wanted/>'])
  t.is(
    patch?.replaceAll('\n', ''),
    '<diff format="2"><version><source admin_epoch="0" epoch="7" num_updates="34"/>' +
      '<target admin_epoch="0" epoch="8" num_updates="0"/></version></diff>',
  )
})

asRoot('a comment that looks like a version stays', async t => {
  const changes = [
    '<change operation="create" path="/cib">',
    '<!-- <source epoch="1"/> -->',
    '<!-- <target epoch="1"/> -->',
    '</change>',
  ]
  t.true((await runPatch(t, { head: [line(7, 34)], changes })).patch!.includes(changes.join('\n')))
})

asRoot('a configuration that has changed meanwhile is not patched', async t => {
  t.like(await runPatch(t, { head: [line(8, 0)] }), { status: 75, patches: 0 })
})

asRoot('the patch is tried again after a status update', async t => {
  const { status, patch, patches } = await runPatch(t, {
    head: [line(7, 1), line(7, 2), line(7, 3)],
    codes: [103, 103, 0],
  })
  t.is(status, 0)
  t.is(patches, 3)
  t.regex(patch!, /num_updates="3"/)
})

asRoot('after too many status updates the script ends as if the configuration had changed', async t => {
  t.like(await runPatch(t, { head: [line(7, 1)], codes: [103] }), { status: 75, patches: 5 })
})

asRoot('the exit code of cibadmin is passed on', async t => {
  t.like(await runPatch(t, { head: [line(7, 1)], codes: [78] }), { status: 78, patches: 1 })
})

asRoot('nothing is patched if crm_diff fails', async t => {
  t.like(await runPatch(t, { head: [line(7, 1)], diffCode: 65 }), { status: 65, patches: 0 })
})

asRoot('nothing is patched if the cluster does not answer', async t => {
  t.like(await runPatch(t, { head: [''] }), { status: 75, patches: 0 })
})

asRoot('no file is left in /run', async t => {
  const before = new Set(readdirSync('/run'))
  await runPatch(t, { head: [line(7, 1)], codes: [78] })
  t.deepEqual(
    readdirSync('/run').filter(name => name.startsWith('ha-run.') && !before.has(name)),
    [],
  )
})

test('the patch script has no syntax error', async t => {
  const { script } = await sent($ => patchCib($, '0.7', '<cib/>', '<cib/>'))
  t.is(spawnSync('sh', ['-n'], { input: script }).stderr.toString(), '')
})

test('if Pacemaker does not answer, the error names the role to run', async t => {
  const error = await t.throwsAsync(readCib(scopeOf({ node1: { 'cibadmin -Q': undefined } })), {
    instanceOf: TaskError,
    message: 'pacemaker does not answer on node1',
  })
  t.regex(error.hint!, /ha-run pacemaker/)
})
