import { readFile, readdir, readlink, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { $ } from 'zx/core'
import { UsageError } from '../../runner/errors.js'
import {
  answers,
  boot,
  cutCable,
  labOf,
  down,
  exec,
  findLab,
  freezeNode,
  healCable,
  powerKill,
  readPlug,
  readStatus,
  setPlugCondition,
  thawNode,
  up,
  type LabNode,
} from '../../runner/lab/index.js'
import { labNetns, nodeOf } from '../../runner/lab/names.js'
import { inLab } from '../../runner/lab/network.js'
import { powered } from '../../runner/lab/node.js'
import { runLocally } from '../../runner/lab/process.js'
import { findLeftovers, isEmpty } from '../../runner/lab/leftovers.js'
import { isRequired } from '../required.js'
import { reason, title } from './availability.js'
import { patience } from './patience.js'

/** One real lab for all tests of this file, and a second one that is killed halfway. */
const name = `test-${process.pid}`
const doomed = `doomed-${process.pid}`
const say = () => {}
const lab = labOf(name, 2, { plugs: true, arbiter: true })
const [node1, node2] = [nodeOf(name, 1), nodeOf(name, 2)]

const onLab = reason === null ? test.serial : test.serial.skip

const ssh = (...words: string[]) =>
  runLocally(['ssh', '-F', lab.sshConfig, '-o', 'BatchMode=yes', ...words], { timeoutSeconds: patience, nothrow: true })
const inside = (node: LabNode, ...words: string[]) => exec(node, words, { output: 'collect', timeoutSeconds: patience })
const ping = async (from: LabNode, address: string) =>
  (await inside(from, 'ping', '-c1', '-W1', address)).exitCode === 0
const hostLinks = async () =>
  (await runLocally(['ip', '-brief', 'link'], { timeoutSeconds: patience })).stdout
    .split('\n')
    .map(line => line.split(' ')[0])

/** Waits for something. */
async function eventually(done: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + patience * 1000
  while (performance.now() < end) {
    if (await done()) return true
    await sleep(50)
  }
  return false
}

test.after.always(async () => {
  if (reason !== null) return
  await down({ name, report: say })
  await down({ name: doomed, report: say })
})

onLab(title('up leaves nodes that ssh reaches by the written configuration'), async t => {
  // Without the cached image this is the one that builds it.
  const before = await hostLinks()
  t.deepEqual(await up({ name, count: 2, plugs: true, arbiter: true, yes: isRequired, report: say }), lab)
  t.deepEqual(await hostLinks(), before, 'the host has no new link')
  for (const node of lab.machines) {
    for (const address of [node.name, node.address]) {
      t.is((await ssh(address, 'hostname')).stdout, 'debian\n', 'every fresh node has the same name')
    }
  }
  t.is((await ssh('pi@node1', 'sudo -n id -u')).stdout, '0\n')
  t.not((await ssh('admin@node1', 'sudo -n id -u')).exitCode, 0)
  t.is((await ssh('admin@node1', 'echo raspberry | sudo -S -p "" id -u')).stdout, '0\n')
  t.true(await eventually(async () => (await ssh('node1', 'systemctl is-system-running')).stdout === 'running\n'))
  t.not((await ssh('node1', 'dpkg -s corosync')).exitCode, 0, 'a fresh node is bare')
  t.is((await stat(`${lab.dir}/key`)).mode & 0o777, 0o600)
})

onLab(title('every node has a host key and a machine id of its own'), async t => {
  for (const path of ['/etc/ssh/ssh_host_ed25519_key.pub', '/etc/machine-id']) {
    const [one, two] = await Promise.all(lab.nodes.map(async node => (await inside(node, 'cat', path)).stdout))
    t.truthy(one)
    t.not(one, two)
  }
})

onLab(title('a second up of the same name is refused and says how to go on'), async t => {
  const error = await t.throwsAsync(up({ name, count: 2, yes: false, report: say }), { instanceOf: UsageError })
  t.regex(error.message, /already up/)
  t.regex(error.hint ?? '', new RegExp(`lab down --name ${name}`))
})

onLab(title('exec runs words as they are and passes their exit code on'), async t => {
  const output = await inside(node1, 'sh', '-c', 'printf "<%s>" "$@"; exit 7', 'sh', 'a  b', '$HOME', "it's")
  t.is(output.stdout, "<a  b><$HOME><it's>")
  t.is(output.exitCode, 7)
  const { stdout } = await inside(node1, 'grep', 'CapBnd', '/proc/1/status', '/proc/self/status')
  const capabilities = stdout.match(/[0-9a-f]{16}/g)
  t.is(capabilities?.[0], capabilities?.[1], "and may do no more than the node itself: not set the host's clock")
})

onLab(title('a package installs for real, from nothing but the local repository'), async t => {
  const install = 'apt-get -q update && apt-get -qy install --no-install-recommends curl && curl --version'
  const output = await ssh('node1', install)
  t.is(output.exitCode, 0, output.stdout + output.stderr)
  t.regex(output.stdout, /^curl \d/m)
})

onLab(title('nothing routes out of the lab'), async t => {
  const { stdout } = await runLocally(['ip', '-n', labNetns(name), '-brief', 'link'], { timeoutSeconds: patience })
  const links = stdout
    .trim()
    .split('\n')
    .map(line => line.split(/[@ ]/)[0] ?? '')
  t.deepEqual(
    links.toSorted((one, other) => one.localeCompare(other)),
    ['arbiter', 'br0', 'lo', 'node1', 'node2'],
  )
  const routes = await runLocally(['ip', '-n', labNetns(name), 'route'], { timeoutSeconds: patience })
  t.regex(routes.stdout, /^192\.168\.0\.0\/24 dev br0 .*\n$/)
  t.is((await inside(node1, 'ls', '/sys/class/net')).stdout, 'eth0\nlo\n', "sysfs is the node's own")
  t.true(await ping(node1, '192.168.0.254'), 'the gateway is there')
  t.false(await ping(node1, '192.0.2.1'), 'and leads nowhere')
})

onLab(title('a node that reboots comes back'), async t => {
  const bootId = async () => (await ssh('node2', 'cat /proc/sys/kernel/random/boot_id')).stdout
  const before = await bootId()
  t.regex(before, /-/)
  await inside(node2, 'ip', 'address', 'add', '192.168.0.10/24', 'dev', 'eth0')
  await inside(node2, 'systemctl', 'reboot')
  t.true(await eventually(async () => ![before, ''].includes(await bootId())))
  t.notRegex((await inside(node2, 'ip', 'address')).stdout, /192\.168\.0\.10\//, 'a floating IP does not survive')
})

onLab(title('a node without power is silent, and boots again'), async t => {
  await inside(node2, 'touch', '/root/kept')
  await powerKill(node2)
  t.false(await answers(node2))
  t.false(await ping(node1, node2.address), 'nor does the kernel answer for it')
  t.is((await readStatus(name)).labs[0]?.machines[1]?.state, 'off')
  await t.throwsAsync(inside(node2, 'true'), { instanceOf: UsageError, message: /no power/ })
  await boot(node2)
  t.true(await answers(node2))
  t.is((await inside(node2, 'ls', '/root/kept')).exitCode, 0, 'its disk survives')
  await t.throwsAsync(boot(node2), { instanceOf: UsageError, message: /already running/ })
})

onLab(title('a node that switches itself off stays off until it is booted'), async t => {
  await inside(node2, 'systemctl', 'poweroff')
  t.true(await eventually(async () => (await readStatus(name)).labs[0]?.machines[1]?.state === 'off'))
  t.false(await ping(node1, node2.address))
  await boot(node2)
  t.true(await ping(node1, node2.address))
})

onLab(title('a frozen node does not answer ssh, and a thawed one does'), async t => {
  t.true(await answers(node2))
  await freezeNode(node2)
  t.false(await answers(node2))
  t.is((await readStatus(name)).labs[0]?.machines[1]?.state, 'frozen')
  await thawNode(node2)
  t.true(await answers(node2))
})

onLab(title('a frozen node can lose its power'), async t => {
  await freezeNode(node2)
  await powerKill(node2)
  await boot(node2)
  t.true(await answers(node2))
})

onLab(title('a pulled cable parts a node from the others, and can be plugged in again'), async t => {
  t.true(await ping(node1, node2.address))
  await cutCable(node2)
  t.false(await ping(node1, node2.address))
  t.is((await inside(node2, 'cat', '/sys/class/net/eth0/carrier')).stdout, '0\n')
  t.false((await readStatus(name)).labs[0]?.machines[1]?.plugged)
  await healCable(node2)
  t.true(await eventually(() => ping(node1, node2.address)))
})

onLab(title('a plug cuts the power of its node and gives it back, in the protocol of any device'), async t => {
  const password = await readFile(`${lab.dir}/plug_password`, 'utf8')
  const [, plug2] = lab.plugs
  const devices = [
    { on: 'rpc/Switch.Set?id=0&on=true', off: 'rpc/Switch.Set?id=0&on=false', auth: ['--digest'] },
    { on: 'relay/0?turn=on', off: 'relay/0?turn=off', auth: ['--basic'] },
    { on: 'cm?cmnd=Power1%20on', off: 'cm?cmnd=Power1%20off', auth: ['--basic'] },
  ]
  for (const { on, off, auth } of devices) {
    const curl = async (path: string) => {
      const words = ['curl', '-sS', '-m', '20', '-f', ...auth, '-u', `admin:${password}`]
      return inside(node1, ...words, `http://${plug2!.address}/${path}`)
    }
    t.is((await curl(off)).exitCode, 0)
    t.is((await readStatus(name)).labs[0]?.machines[1]?.state, 'off', 'when the plug answers, the node has no power')
    t.false(await ping(node1, node2.address))
    t.false((await readPlug(plug2!)).isOn)
    t.is((await curl(on)).exitCode, 0)
    t.true(await eventually(() => answers(node2)))
  }
})

onLab(title('a plug gives the power back by itself after the time that it was told'), async t => {
  const password = await readFile(`${lab.dir}/plug_password`, 'utf8')
  const url = `http://${lab.plugs[1]!.address}/rpc/Switch.Set?id=0&on=false&toggle_after=1`
  const { stdout } = await inside(node1, 'curl', '-sS', '-m', '20', '--digest', '-u', `admin:${password}`, url)
  t.is(stdout, '{"was_on":true}')
  t.false(await answers(node2))
  t.true(await eventually(() => answers(node2)))
})

onLab(title('a node on two plugs has power if both are on'), async t => {
  const password = await readFile(`${lab.dir}/plug_password`, 'utf8')
  const [plug, backup] = [lab.plugs[1]!.address, lab.backups[1]!.address]
  const turn = async (address: string, on: boolean) => {
    const url = `http://${address}/rpc/Switch.Set?id=0&on=${on}`
    await inside(node1, 'curl', '-sS', '-m', '20', '--digest', '-u', `admin:${password}`, url)
  }
  await Promise.all([turn(plug, false), turn(backup, false)])
  t.false(await powered(node2))
  await turn(plug, true)
  t.false(await powered(node2))
  await turn(backup, true)
  t.true(await eventually(() => answers(node2)))
})

onLab(title('a plug can fail in every way that plugs fail'), async t => {
  const password = await readFile(`${lab.dir}/plug_password`, 'utf8')
  const [, plug2] = lab.plugs
  const ask = async (path: string) => {
    const words = ['curl', '-sS', '-m', '2', '-w', '%{http_code}', '--digest', '-u', `admin:${password}`]
    return inside(node1, ...words, `http://${plug2!.address}/rpc/Switch.${path}`)
  }
  await setPlugCondition(plug2!, 'stuck')
  t.is((await ask('Set?id=0&on=false')).stdout, '{"was_on":true}200')
  t.regex((await ask('GetStatus?id=0')).stdout, /"output":true/)
  t.true(await answers(node2))
  await setPlugCondition(plug2!, 'wrong-password')
  t.is((await ask('Set?id=0&on=false')).stdout, '401')
  await setPlugCondition(plug2!, 'slow', 3)
  t.is((await ask('GetStatus?id=0')).exitCode, 28, 'curl does not wait for so long')
  await setPlugCondition(plug2!, 'unreachable')
  t.true([7, 28].includes((await ask('GetStatus?id=0')).exitCode ?? 0))
  await setPlugCondition(plug2!, 'works')
  t.regex((await ask('GetStatus?id=0')).stdout, /"output":true/)
  t.false((await readFile(`${lab.dir}/plugs.log`, 'utf8')).includes(password))
})

onLab(title('an up that is killed at any point leaves nothing that down does not find'), async t => {
  const module = import.meta.resolve('../../runner/lab/index.js')
  const code = `import { up } from '${module}'; await up({ name: '${doomed}', count: 3, plugs: true, yes: false, report() {} })`
  const upTo: (() => Promise<boolean>)[] = [
    async () => (await findLeftovers(doomed)).netns.length > 0,
    async () => (await findLeftovers(doomed)).mounts.length > 0,
    async () => (await findLeftovers(doomed)).mounts.length === 3,
    async () => powered(nodeOf(doomed, 1)),
  ]
  for (const reached of upTo) {
    const child = $({ quiet: true, nothrow: true, prefix: 'exec ' })`node --input-type=module --eval ${code}`
    t.true(await eventually(reached))
    await child.kill('SIGKILL')
    await child
    t.is(await findLab(doomed), null)
    const before = await findLeftovers(doomed)
    t.true(await down({ name: doomed, report: say }))
    t.true(isEmpty(await findLeftovers(doomed)))
    t.deepEqual(await processesWith(doomed), [])
    t.true(before.netns.length > 0)
    t.false(await down({ name: doomed, report: say }), 'a second down has nothing to do')
  }
})

onLab(title("down leaves nothing, not even a visitor of the lab's network"), async t => {
  const visitor = $({ quiet: true, nothrow: true, prefix: 'exec ' })`${inLab(name, ['sleep', '60'])}`
  const network = (pid: number | 'self' | undefined) => readlink(`/proc/${pid}/ns/net`)
  t.true(await eventually(async () => (await network(visitor.pid)) !== (await network('self'))))
  t.true(await down({ name, report: say }))
  t.is((await visitor).signal, 'SIGKILL')
  t.true(isEmpty(await findLeftovers(name)))
  t.deepEqual(await processesWith(name), [])
})

/** Command lines, of any process on this machine, that name the lab. */
async function processesWith(labName: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry) && Number(entry) !== process.pid)
  const lines = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  const marks = [`ha-run.${labName}`, `labs/${labName}/`, `\0${labName}\0`]
  return lines.filter(line => marks.some(mark => line.includes(mark)))
}
