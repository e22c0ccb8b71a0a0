import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { TaskError } from '../../runner/errors.js'
import { hardwareAddresses, hardwareAddressesIn } from '../../runner/facts/hardware-addresses.js'
import { FactReader } from '../../runner/facts/reader.js'
import { localNode } from '../ssh/local-shell.js'

test('addresses by interface; an interface without an address is left out', t => {
  const stdout =
    '/sys/class/net/eth0/address 0e:f2:db:86:62:d2\n/sys/class/net/eth0.7/address 0e:f2:db:86:62:d2\n/sys/class/net/tun0/address \n'
  t.deepEqual(
    hardwareAddressesIn(stdout),
    new Map([
      ['eth0', '0e:f2:db:86:62:d2'],
      ['eth0.7', '0e:f2:db:86:62:d2'],
    ]),
  )
})

/** Reads the fact with a folder of this machine in place of /sys. */
async function readFrom(t: ExecutionContext, fill: (directory: string) => void): Promise<Map<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'ha-run-sys-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  fill(directory)
  const { family } = hardwareAddresses
  const script = family.script(['']).replaceAll('/sys/', `${directory}/`)
  const parse: typeof family.parse = output => [hardwareAddressesIn(output.stdout.replaceAll(`${directory}/`, '/sys/'))]
  return new FactReader(localNode(t, 'node2')).read({
    family: { ...family, script: () => script, parse },
    argument: '',
  })
}

test('the script reads what the kernel shows', async t => {
  const addresses = await readFrom(t, directory => {
    for (const [name, text] of [
      ['lo', '00:00:00:00:00:00\n'],
      ['eth0', '0e:f2:db:86:62:d2\n'],
      ['tun0', '\n'],
    ] as const) {
      mkdirSync(join(directory, 'class/net', name), { recursive: true })
      writeFileSync(join(directory, 'class/net', name, 'address'), text)
    }
  })
  t.deepEqual(
    [...addresses],
    [
      ['eth0', '0e:f2:db:86:62:d2'],
      ['lo', '00:00:00:00:00:00'],
    ],
  )
})

test('a node whose /sys cannot be read is an error that names node and file', async t => {
  await t.throwsAsync(
    readFrom(t, () => {}),
    { instanceOf: TaskError, message: 'node2: cannot read /sys/class/net/*/address' },
  )
  const unreadable = readFrom(t, directory => mkdirSync(join(directory, 'class/net/eth0/address'), { recursive: true }))
  await t.throwsAsync(unreadable, { instanceOf: TaskError, message: 'node2: cannot read /sys/class/net/eth0/address' })
})
