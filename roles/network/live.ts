import { isIPv4 } from 'node:net'

/** The addressing in the kernel, whichever program has configured it. */
export interface Live {
  interface: string
  /** Undefined if the interface has no IPv4 address. */
  address: string | undefined
  prefix: number | undefined
  gateway: string | undefined
}

export interface LiveAddress {
  interface: string
  address: string
  prefix: number
  /** An additional address in the subnet of another one, such as a floating IP. */
  isSecondary: boolean
}

/** All addresses in the output of `ip -o -4 addr show`. */
export function addressesOf(ipAddrOutput: string): LiveAddress[] {
  return ipAddrOutput.split('\n').flatMap(line => {
    // `2: eth0    inet 192.168.0.1/24 …`; a veth is `eth0@if5`; point to point: `inet 10.8.0.2 peer 10.8.0.1/32`.
    const [, device = '', address = '', peerPrefix, prefix] =
      /^\d+:\s+([^\s@]+)\S*\s+inet\s+([\d.]+)(?:\s+peer\s+[\d.]+\/(\d+))?(?:\/(\d+))?/.exec(line) ?? []
    if (!isIPv4(address)) return []
    const isSecondary = /\ssecondary\s/.test(line)
    return [{ interface: device, address, prefix: Number(peerPrefix ?? prefix ?? 32), isSecondary }]
  })
}

/** The interface that has an address, from `ip -o -4 addr show`. */
export function interfaceOf(ipAddrOutput: string, address: string): string | undefined {
  return addressesOf(ipAddrOutput).find(candidate => candidate.address === address)?.interface
}

/** The default gateway of the interface, or of any, from `ip -4 route show default`; the lowest metric wins. */
export function gatewayOf(ipRouteOutput: string, iface?: string): string | undefined {
  const routes = ipRouteOutput.split('\n').flatMap(line => {
    const [, gateway, device, rest = ''] = /^default via (\S+) dev (\S+)(.*)$/.exec(line) ?? []
    if (gateway === undefined || (iface !== undefined && device !== iface)) return []
    return [{ gateway, metric: Number(/\smetric (\d+)/.exec(rest)?.[1] ?? 0) }]
  })
  return routes.toSorted((a, b) => a.metric - b.metric)[0]?.gateway
}

/**
 * The live addressing of an interface. Of several addresses, it has the declared one if present, or else the one over which ha-run
 * is connected, or else the first that is not secondary.
 */
export function liveOf(
  outputs: { addresses: string; routes: string },
  iface: string,
  wanted: { declared: string; connectedTo?: string | undefined },
): Live {
  const own = addressesOf(outputs.addresses).filter(candidate => candidate.interface === iface)
  const found =
    own.find(({ address }) => address === wanted.declared) ??
    own.find(({ address }) => address === wanted.connectedTo) ??
    own.find(({ isSecondary }) => !isSecondary)
  return { interface: iface, address: found?.address, prefix: found?.prefix, gateway: gatewayOf(outputs.routes, iface) }
}
