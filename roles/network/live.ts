import { canonicalAddress, familyOf, isLinkLocal } from '../../runner/ip-address.js'

/** The addressing in the kernel, whichever program has configured it. */
export interface Live {
  interface: string
  /** Undefined if the interface has no address of the family. */
  address: string | undefined
  prefix: number | undefined
  gateway: string | undefined
  /** Without such an address: another one over which the node can be reached, which stays when it gets one. */
  beside?: { address: string; prefix: number }
}

export interface LiveAddress {
  interface: string
  address: string
  prefix: number
  /** An additional IPv4 address in the subnet of another one, such as a floating IP. */
  isSecondary: boolean
  /** From a DHCP server or a router. */
  isDynamic: boolean
}

/** All addresses in the output of `ip -o addr show`, the link-local ones left out. */
export function addressesOf(ipAddrOutput: string): LiveAddress[] {
  return ipAddrOutput.split('\n').flatMap(line => {
    // `2: eth0    inet 192.168.0.1/24 …`; a veth is `eth0@if5`; point to point: `inet 10.8.0.2 peer 10.8.0.1/32`.
    const [, device = '', address = '', peerPrefix, prefix] =
      /^\d+:\s+([^\s@]+)\S*\s+inet6?\s+([\da-f.:]+)(?:\s+peer\s+[\da-f.:]+\/(\d+))?(?:\/(\d+))?/.exec(line) ?? []
    const family = familyOf(address)
    if (family === undefined || isLinkLocal(address)) return []
    return [
      {
        interface: device,
        address,
        prefix: Number(peerPrefix ?? prefix ?? (family === 6 ? 128 : 32)),
        isSecondary: /\ssecondary\s/.test(line),
        isDynamic: /\sdynamic\s/.test(line),
      },
    ]
  })
}

/** The interface that has an address, from `ip -o addr show`. */
export function interfaceOf(ipAddrOutput: string, address: string): string | undefined {
  const wanted = canonicalAddress(address)
  return addressesOf(ipAddrOutput).find(candidate => candidate.address === wanted)?.interface
}

/**
 * The default gateway of the interface, or of any, from `ip route show default` for both families; the lowest metric wins.
 *
 * @param like - an address of the family.
 */
export function gatewayOf(ipRouteOutput: string, like: string, iface?: string): string | undefined {
  const routes = ipRouteOutput.split('\n').flatMap(line => {
    const [, gateway, device, rest = ''] = /^default via (\S+) dev (\S+)(.*)$/.exec(line) ?? []
    if (gateway === undefined || familyOf(gateway) !== familyOf(like)) return []
    if (iface !== undefined && device !== iface) return []
    return [{ gateway, metric: Number(/\smetric (\d+)/.exec(rest)?.[1] ?? 0) }]
  })
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.gateway
}

/** What decides which of an interface's addresses counts. */
interface Wanted {
  declared: string
  /** The address over which ha-run is connected, or a host name. */
  connectedTo?: string | undefined
  /** The floating IPs: they are no node's own. */
  floating?: readonly string[]
}

/**
 * The live addressing of an interface, in the family of the declared address. Of several addresses, it has the declared one if present,
 * or else the one over which ha-run is connected, or else the first that is not secondary. IPv6 addresses from a router do not count:
 * they stay beside a static one.
 */
export function liveOf(
  outputs: { addresses: string; routes: string },
  iface: string,
  { declared, connectedTo, floating = [] }: Wanted,
): Live {
  const family = familyOf(declared)
  const all = addressesOf(outputs.addresses).filter(candidate => candidate.interface === iface)
  const isOfFamily = ({ address, isDynamic }: LiveAddress) =>
    familyOf(address) === family && !(family === 6 && isDynamic)
  const isOwn = ({ address, isSecondary }: LiveAddress) => !isSecondary && !floating.includes(address)
  const own = all.filter(isOfFamily)
  const found =
    all.find(({ address }) => address === declared) ??
    own.find(({ address }) => address === connectedTo) ??
    own.find(isOwn)
  const beside = found ? undefined : (all.find(({ address }) => address === connectedTo) ?? all.find(isOwn))
  return {
    interface: iface,
    address: found?.address,
    prefix: found?.prefix,
    gateway: gatewayOf(outputs.routes, declared, iface),
    ...(beside && { beside: { address: beside.address, prefix: beside.prefix } }),
  }
}
