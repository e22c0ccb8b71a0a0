import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readClusters } from '../../../runner/cluster/declaration/read.js'
import { concealed } from '../../../runner/concealed.js'
import { loadInventory } from '../../../runner/inventory/load.js'
import { Vault } from '../../../runner/inventory/vault.js'
import { Secret } from '../../../runner/secret.js'
import { vaultText } from '../../inventory/vault-text.js'

const folder = mkdtempSync(join(tmpdir(), 'ha-run-fencing-'))
test.after.always(() => rmSync(folder, { recursive: true }))

const encrypted = (text: string) => `!vault |\n${vaultText(text, 'canary-vault').replaceAll(/^/gm, ' '.repeat(20))}`

function devicesOf(device: string) {
  const file = join(folder, 'site.yml')
  writeFileSync(
    file,
    `all:
  vars:
    cluster:
      name: pacemaker1
      floating_ip: 192.168.0.10/24
      fencing:
        devices:
          pdu:
            agent: fence_apc_snmp
            fences: {node1: 1, node2: 2}
${device}
  hosts: {node1: {ansible_host: 192.168.0.1}, node2: {ansible_host: 192.168.0.2}}
`,
  )
  const vault = new Vault([new Secret(Buffer.from('canary-vault'))])
  const { fencing } = readClusters(loadInventory(file, vault))[0]!
  return typeof fencing === 'string' ? [] : fencing.devices
}

test('a value from a vault is a secret, among the parameters too, however short it is', t => {
  const [device] = devicesOf(`            params:
              ip: 192.168.0.201
              snmp_priv_passwd: ${encrypted('canary-param')}
            secrets:
              community: ${encrypted('abc')}`)
  t.deepEqual(device!.params, { ip: '192.168.0.201' })
  const texts = Object.entries(device!.secrets).map(([name, source]) => [
    name,
    'value' in source && source.value.reveal().toString(),
  ])
  t.deepEqual(texts, [
    ['snmp_priv_passwd', 'canary-param'],
    ['community', 'abc'],
  ])
  t.notRegex(JSON.stringify(device), /canary|abc/)
  t.is(concealed('canary-param'), '********')
})

test('a plain text among the secrets is refused, and never shown again', t => {
  const { message } = t.throws(() => devicesOf('            secrets: { community: canary-plain-text }'))
  t.regex(message, /^the secret "community" is in the inventory as plain text/)
  t.notRegex(message, /canary/)
  t.is(concealed('canary-plain-text'), '********')
})
