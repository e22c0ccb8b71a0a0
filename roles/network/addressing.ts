import { keepFormer } from '../../runner/tasks/former.js'
import { replaceFile } from '../../runner/tasks/write-file.js'
import type { Node } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { runsDebianDefault } from '../../runner/cluster/corosync/node-ids.js'
import { skip, task, warn, type NodeScope, type NodeTask } from '../../runner/tasks/index.js'
import { TaskError } from '../../runner/errors.js'
import { addressUse, type AddressUse } from '../../runner/facts/address-use.js'
import { fact, type Fact, type Family } from '../../runner/facts/fact.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { canonicalAddress, familyOf } from '../../runner/ip-address.js'
import { unitState } from '../../runner/facts/units.js'
import { sh } from '../../runner/ssh/quote.js'
import { isChangeArmed, undoSeconds } from './armed-change.js'
import { changeAddress } from './change-address.js'
import { detectScript, logicalNameOf, managerOf, probesOf } from './detect.js'
import { interfaceOf, liveOf } from './live.js'
import type { Manager, ManagerFile, Network } from './managers/manager.js'
import { managersOf } from './managers/index.js'
import { netplanFiles, netplanIdOf } from './managers/netplan-profile.js'
import { profileOf } from './managers/networkmanager.js'
import { networkFileOf } from './managers/networkd.js'
import { planAddressing } from './plan.js'

/**
 * The declared address, gateway and DNS servers are in the file of the network manager that manages the interface. If the node
 * has another address, it gets the declared one at once, by an armed change, one node after the other. Everything else takes
 * effect at the next boot, because most managers remove a floating IP when they re-apply (docs/facts.md, Network managers).
 *
 * @param floating - the floating IPs: they are no node's own.
 */
export function staticAddress(node: Node, floating: readonly string[]): NodeTask {
  const { network } = node
  return task('static address', {
    oneAtATime: true,
    async check(scope) {
      if (!network) return skip('the inventory declares no address for this node')
      const { plan, isArmed } = await readAddressing(scope, node, network, floating)
      if (isArmed) {
        throw new TaskError(
          'an unconfirmed change of address, left by an interrupted run, is about to be undone on this node',
          { hint: `run again in ${undoSeconds} s` },
        )
      }
      if (plan.refused !== undefined) throw new TaskError(plan.refused)
      if (plan.change) refuseTaken(network.address, await scope.read(addressUse(network.address)))
      const { override } = scope.member.connection.destination
      const remarks = [
        ...(override
          ? [
              `${node.name} has the address ${override.address}, but \`ansible_host\` in the inventory is ${node.connection.host}: change it`,
            ]
          : []),
        ...plan.pending,
      ]
      return plan.differences.length === 0 && remarks.length > 0 ? warn(remarks.join('; ')) : plan.differences
    },
    async apply(scope) {
      const { plan, manager, path, iface, name, preferred, text, units } = await readAddressing(
        scope,
        node,
        network!,
        floating,
      )
      const state = await scope.read(fileState(path))
      const attributes = {
        mode: state?.mode ?? manager.mode,
        owner: state ? `${state.owner}:${state.group}` : 'root:root',
      }
      const content = manager.write(text, name, network!, preferred)
      if (manager.validation) await scope.$({ input: content })`${manager.validation(path)}`
      await keepFormer(scope.$, path)
      if (plan.change)
        return changeAddress(
          scope,
          {
            iface,
            path,
            attributes,
            activation: manager.activation(iface, name, path),
            ...plan.change,
            stopped: units,
          },
          content,
        )
      await replaceFile(scope.$, path, content, attributes)
      return undefined
    },
  })
}

/** @throws TaskError if another machine has the address: until the undo, some clients would reach it and some this node. */
function refuseTaken(address: string, { interface: own, mac }: AddressUse): void {
  if (own !== undefined)
    throw new TaskError(`${address} is already on ${own} of this node`, {
      hint: 'remove it there, or correct `interface` and `ansible_host`',
    })
  if (mac === undefined) return
  throw new TaskError(`${address} is taken: ${mac} answers for it`, {
    hint: 'declare another address, or remove it from that machine',
  })
}

async function readAddressing(scope: NodeScope, node: Node, network: Network, floating: readonly string[]) {
  const family = familyOf(network.address) ?? 4
  const { read, consent, apart } = scope
  const kernel = await read(kernelNetwork)
  const connectedTo = canonicalAddress(scope.member.connection.destination.override?.address ?? node.connection.host)
  const iface =
    interfaceOf(kernel.addresses, connectedTo) ?? interfaceOf(kernel.addresses, network.address) ?? network.interface
  if (iface === undefined) {
    throw new TaskError(`no interface has ${network.address}, and none is declared`, {
      hint: 'declare `interface` for this node',
    })
  }
  const found = probesOf(await read(managerProbes(iface)))
  const managerName = managerOf(found, iface)
  if (managerName === undefined) {
    throw new TaskError(
      `${iface} has no network manager that ha-run supports (NetworkManager, systemd-networkd, dhcpcd, ifupdown)`,
      {
        hint: 'remove `address` for this node, or let one of them manage the interface',
      },
    )
  }
  const ownManager = managersOf(family)[managerName]
  const mayBeRendered = managerName === 'networkmanager' || managerName === 'networkd'
  const [ownFiles, ofNetplan, activeProfile, isArmed, units] = await Promise.all([
    read(filesOf(ownManager)),
    mayBeRendered ? read(filesOf({ files: netplanFiles })) : [],
    activeFile(read, ownManager, iface),
    read(isChangeArmed),
    clusterUnits(read),
  ])
  const netplanId = netplanIdOf(activeProfile)
  // Loaded only if it is needed, with the library that edits YAML.
  const manager =
    netplanId === undefined
      ? ownManager
      : (await import('./managers/netplan.js')).netplan(managerName, netplanId, family)
  const [own, active] = netplanId === undefined ? [ownFiles, activeProfile] : [ofNetplan, undefined]
  // The active profile may be in /run or /usr: then the new file starts from its text.
  const activeText =
    active === undefined || own.some(file => file.path === active) ? undefined : await read(fileText(active))
  const files = activeText === undefined ? own : [...own, { path: active!, text: activeText }]
  const live = liveOf(kernel, iface, { declared: network.address, connectedTo, floating })
  const preferred = [network.address, connectedTo, ...(live.address === undefined ? [] : [live.address])]
  const up = { iface, logical: logicalNameOf(found, iface) }
  const refused = manager.refusal?.(files, up, network, preferred, active)
  if (refused !== undefined) {
    throw new TaskError(refused, {
      hint: manager.remedy?.(iface) ?? 'remove `address` for this node',
    })
  }
  const name = manager.nameIn?.(files, up, preferred) ?? iface
  const path = manager.path(name, files, active, preferred)
  const present = files.find(file => file.path === path)
  const start = present ?? manager.startingText?.(iface, files, active)
  const text = start?.text
  const file = manager.read(text, name, preferred)
  const former = [file.address, live.address].filter(address => address !== undefined && address !== network.address)
  const state = {
    declared: network,
    live,
    file,
    ...(start && 'splitFrom' in start && { splitFrom: start.splitFrom }),
    staleLines: [...new Set(former)].flatMap(address => manager.linesNaming?.(text, name, preferred, address!) ?? []),
    reapplyCommand: manager.reapplyCommand(iface, name),
    path,
    isMember: units.length > 0,
    outage: consent.outage,
    apart,
  }
  return { manager, path, iface, name, preferred, text, isArmed, units, plan: planAddressing(state) }
}

/** The cluster's running units, in the order in which they start. Debian's default cluster does not count. */
async function clusterUnits(read: NodeScope['read']): Promise<string[]> {
  const units = ['corosync.service', 'pacemaker.service']
  const [states, cmap] = await Promise.all([Promise.all(units.map(unit => read(unitState(unit)))), read(runningCmap)])
  const running = units.filter((_, at) => ['active', 'activating', 'reloading'].includes(states[at]!.active))
  return running.includes('corosync.service') && !(cmap && runsDebianDefault(cmap)) ? running : []
}

const kernelNetwork = fact(
  'ip addr, ip route',
  `ip -o addr show; printf '\\0'; ip -4 route show default; ip -6 route show default`,
  ({ stdout }) => {
    const [addresses = '', routes = ''] = stdout.split('\0')
    return { addresses, routes }
  },
)

const probes: Family<string> = {
  name: 'network manager of an interface',
  script: interfaces => interfaces.map(iface => `${detectScript(iface)}printf '\\0'`).join('\n'),
  parse: ({ stdout }, interfaces) => interfaces.map((_, at) => stdout.split('\0')[at] ?? ''),
}

function managerProbes(iface: string): Fact<string> {
  return { family: probes, argument: iface }
}

const managerFiles: Family<ManagerFile[]> = {
  name: 'files of a network manager',
  script: scripts => scripts.map(script => `${script}\nprintf '\\0'`).join('\n'),
  parse({ stdout }, scripts) {
    const fields = stdout.split('\0')
    return scripts.map(() => {
      const files = new Map<string, ManagerFile>()
      for (let path = fields.shift(); path; path = fields.shift()) {
        const text = fields.shift() ?? ''
        files.set(path, files.get(path) ?? { path, text })
      }
      return [...files.values()]
    })
  },
}

/** The patterns are ha-run's own. They are not quoted, so that the node's shell expands them. */
function filesOf({ files }: Pick<Manager, 'files'>): Fact<ManagerFile[]> {
  const argument = Array.isArray(files)
    ? `for f in ${files.join(' ')}; do [ -f "$f" ] && printf '%s\\0' "$f" && cat -- "$f" && printf '\\0'; done`
    : files.script
  return { family: managerFiles, argument }
}

const activeFiles: Family<string> = {
  name: 'active network profile',
  script: interfaces =>
    interfaces
      .map(
        iface => sh`command -v nmcli >/dev/null && nmcli -t -f DEVICE,FILENAME connection show --active
command -v networkctl >/dev/null && networkctl status --no-pager ${iface}; printf '\\0'`,
      )
      .join('\n'),
  parse: ({ stdout }, interfaces) => interfaces.map((_, at) => stdout.split('\0')[at] ?? ''),
}

/** The file that the manager reports to be in use, if it can be asked. */
async function activeFile(read: NodeScope['read'], { name }: Manager, iface: string): Promise<string | undefined> {
  if (name !== 'networkmanager' && name !== 'networkd') return undefined
  const output = await read({ family: activeFiles, argument: iface })
  return name === 'networkd' ? networkFileOf(output) : profileOf(output, iface)
}
