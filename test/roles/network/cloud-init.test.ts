import { execFileSync } from 'node:child_process'
import test from 'ava'
import { processOutput } from '../../../runner/ssh/outcome.js'
import {
  cloudInit,
  hostsTemplate,
  remarksOn,
  rendersHosts,
  settingsText,
  userDataOf,
} from '../../../roles/network/cloud-init.js'

const output = (stdout: string) => processOutput({ stdout, stderr: '', exitCode: 0, timedOut: false })

const network = { address: '192.168.0.1', prefix: 24, dns: [] }

test('settings of user-data are read as cloud-init writes them, the last one counts', t => {
  t.deepEqual(userDataOf('hostname: raspberrypi\nmanage_etc_hosts: true\n'), {
    hostname: 'raspberrypi',
    manageEtcHosts: 'true',
  })
  t.deepEqual(userDataOf("hostname: 'node1'\nmanage_etc_hosts: true\nmanage_etc_hosts: localhost\n"), {
    hostname: 'node1',
    manageEtcHosts: 'localhost',
  })
  t.deepEqual(userDataOf('present\npreserve_hostname: False\n'), { preserveHostname: 'false' })
})

test('cloud-init renders /etc/hosts if its user-data says so, in each way it may', t => {
  const rendered = ['true', 'template', 'yes'].map(manageEtcHosts => rendersHosts({ manageEtcHosts }))
  t.deepEqual(rendered, [true, true, true])
  for (const userData of [{}, { manageEtcHosts: 'false' }, { manageEtcHosts: 'localhost' }])
    t.false(rendersHosts(userData))
})

test("the network is disabled for a node with a declared address only: others keep cloud-init's", t => {
  t.regex(settingsText({ network }), /^network:\n {2}config: disabled\n$/m)
  t.notRegex(settingsText({}), /network/)
})

test('a template renders to the text that it is made of', t => {
  t.is(hostsTemplate('127.0.0.1 localhost\n'), '## template:jinja\n127.0.0.1 localhost\n')
  t.is(
    hostsTemplate('# {{x}} {%y%} {#z#} {a}\n'),
    "## template:jinja\n# {{ '{' }}{x}} {{ '{' }}%y%} {{ '{' }}#z#} {a}\n",
  )
})

test('what cloud-init will undo is reported, and nothing if it does no harm', t => {
  t.deepEqual(remarksOn({ hostname: 'raspberrypi', manageEtcHosts: 'true' }, 'node1'), [])
  t.deepEqual(remarksOn({ hostname: 'node1', preserveHostname: 'false' }, 'node1'), [])
  t.regex(remarksOn({ hostname: 'raspberrypi', preserveHostname: 'false' }, 'node1')[0] ?? '', /becomes raspberrypi/)
  t.regex(remarksOn({ hostname: 'node1', manageEtcHosts: 'localhost' }, 'node1')[0] ?? '', /node1 is on 127\.0\.1\.1/)
})

test('the question is valid sh, and the answer of a machine without cloud-init is none', t => {
  const { family } = cloudInit
  t.notThrows(() => execFileSync('sh', ['-n', '-c', family.script([cloudInit.argument])]))
  t.deepEqual(family.parse(output(''), [cloudInit.argument]), [undefined])
  t.deepEqual(family.parse(output('present\n'), [cloudInit.argument]), [{}])
})
