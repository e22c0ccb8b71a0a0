import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SSHConfig } from 'ssh-config'
import { familyOf } from '../ip-address.js'
import { arbiterName, labDir, type Lab, type LabNode } from './names.js'
import { inLab } from './network.js'
import { plugPasswordFile } from './plugs.js'
import { runLocally } from './process.js'

/** The admin's access to a lab: keys, an ssh configuration, an inventory. */

/** An ssh configuration that knows the lab's machines and as whom to log in, and checks their host keys. */
export function sshConfigText(lab: Lab, login: string): string {
  const config = new SSHConfig()
  for (const node of lab.machines) {
    config.append({
      Host: [node.name, node.address],
      HostName: node.address,
      User: login,
      IdentityFile: join(lab.dir, 'key'),
      IdentitiesOnly: 'yes',
      UserKnownHostsFile: join(lab.dir, 'known_hosts'),
      StrictHostKeyChecking: 'yes',
      ProxyCommand: inLab(lab.name, [
        'socat',
        '-',
        `TCP:${familyOf(node.address) === 6 ? '[%h]' : '%h'}:%p,connect-timeout=10`,
      ]).join(' '),
    })
  }
  return `${config.toString().trim()}\n`
}

/** The smallest complete inventory, for the lab's machines: with fencing if they hang on plugs, and with the arbiter. */
export function labInventoryText(lab: Lab): string {
  const { floatingIp, prefixLength } = lab.network
  const host = ({ name, address }: LabNode) => `${name}: { ansible_host: ${yamlText(address)} }`
  const arbiter = lab.machines.find(({ name }) => name === arbiterName)
  return [
    'all:',
    ...(arbiter ? ['  hosts:', `    ${host(arbiter)}`] : []),
    '  children:',
    '    web:',
    '      vars:',
    '        cluster:',
    '          name: pacemaker1',
    `          floating_ip: ${yamlText(`${floatingIp}/${prefixLength}`)}`,
    ...(lab.plugs.length === 0 ? ['          fencing: disabled'] : fencingLines(lab)),
    ...(arbiter ? [`          quorum_device: { host: ${arbiter.name}, algorithm: ffsplit }`] : []),
    '      hosts:',
    ...lab.nodes.map(node => `        ${host(node)}`),
    '',
  ].join('\n')
}

/** Colons would make a mapping of an address. */
function yamlText(text: string): string {
  return text.includes(':') ? JSON.stringify(text) : text
}

/** One device for each node: its plug. */
function fencingLines({ name: lab, plugs }: Lab): string[] {
  const devices = plugs.flatMap(({ name, address, node }) => [
    `              ${name}:`,
    '                agent: fence_plug',
    `                fences: ${node.name}`,
    `                params: { ip: ${address}, type: shelly2 }`,
    `                secrets: { password: { file: ${plugPasswordFile(lab)} } }`,
  ])
  return ['          fencing:', '            devices:', ...devices]
}

export function knownHostsLine(node: LabNode, publicKey: string): string {
  return `${node.address} ${publicKey.split(' ').slice(0, 2).join(' ')}\n`
}

export interface KeyPair {
  /** Text of the private key's file. */
  secret: string
  public: string
}

/**
 * The ed25519 key in the lab's directory: `FILE`, which only root can read, and `FILE.pub`. It is made unless it came with a
 * snapshot.
 */
export async function ensureKey(lab: string, file: string): Promise<KeyPair> {
  const path = join(labDir(lab), file)
  if (!existsSync(path))
    await runLocally(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `ha-run lab ${lab}`, '-f', path], {
      timeoutSeconds: 30,
    })
  return { secret: await readFile(path, 'utf8'), public: await readFile(`${path}.pub`, 'utf8') }
}

/** Writes the lab's inventory, ssh configuration and known hosts. */
export async function writeAccess(lab: Lab, hostKeys: Map<LabNode, KeyPair>, login: string): Promise<void> {
  const known = [...hostKeys].map(([node, key]) => knownHostsLine(node, key.public))
  await writeFile(lab.inventory, labInventoryText(lab))
  await writeFile(lab.sshConfig, sshConfigText(lab, login))
  await writeFile(join(lab.dir, 'known_hosts'), known.join(''))
}
