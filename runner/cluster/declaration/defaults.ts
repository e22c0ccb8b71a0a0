import type { Constraint, FloatingIp } from './declaration.js'

/** The defaults of a declaration: the values of the tutorial, except where noted. */

export interface DefaultResource {
  agent: string
  params: Record<string, string>
  monitor: string
}

const webSite: DefaultResource = {
  agent: 'ocf:heartbeat:apache',
  // On Debian the agent does not find server-status by itself and would search the page for </html> instead.
  params: { configfile: '/etc/apache2/apache2.conf', statusurl: 'http://127.0.0.1/server-status' },
  // The tutorial has 60 s. If Apache dies, visitors wait until the next monitor: drills measured 19.2 s with 60 s and
  // 3.4 s with 10 s.
  monitor: '10s',
}

export const floatingIpAgent = 'ocf:heartbeat:IPaddr2'

/**
 * The primitives by id: one for each floating IP, and WebSite.
 *
 * @param nic - the interface of addresses that name none; undefined: the agent finds it.
 */
export function defaultResources(
  floatingIps: readonly FloatingIp[],
  nic: string | undefined,
  servesPage: boolean,
): Record<string, DefaultResource> {
  const addresses = floatingIps.map(({ name, address, prefix, interface: own = nic }): [string, DefaultResource] => [
    name,
    {
      agent: floatingIpAgent,
      params: { ip: address, cidr_netmask: String(prefix), ...(own !== undefined && { nic: own }) },
      monitor: '10s',
    },
  ])
  return { ...Object.fromEntries(addresses), ...(servesPage && { [webSiteId]: webSite }) }
}

export const webSiteId = 'WebSite'

/** Where Apache runs: only on the node with the floating IP, or on every node, so that only the address moves. */
export const layouts = ['single', 'cloned'] as const

export type Layout = (typeof layouts)[number]

/**
 * The constraints between WebSite and the addresses. In the cloned layout the first address follows a running Apache. The order
 * is optional, so that a restart of Apache does not restart the address. Further addresses follow the first one: visitors expect
 * the page at all of them, and two addresses that WebSite itself had to follow could keep it from every node.
 *
 * @param first - name of the first address.
 * @param followers - names of further addresses.
 */
export function defaultConstraints(layout: Layout, first: string, followers: string[]): Constraint[] {
  const site: Constraint[] =
    layout === 'single'
      ? [together(webSiteId, first), ordered(first, webSiteId, 'Mandatory')]
      : [together(first, webSiteId), ordered(webSiteId, first, 'Optional')]
  return [...site, ...followers.map(name => together(name, first))]
}

function together(resource: string, other: string): Constraint {
  return { kind: 'colocation', id: `${resource}-with-${other}`, resource, with: other, score: 'INFINITY' }
}

function ordered(first: string, then: string, orderKind: 'Mandatory' | 'Optional'): Constraint {
  return { kind: 'order', id: `${first}-before-${then}`, first, then, orderKind }
}

/** The meta attributes of default clones. With interleave, FloatIP waits only for the instance on its own node. */
export const defaultClones: Record<Layout, Record<string, Record<string, string>>> = {
  single: {},
  cloned: { WebSite: { interleave: 'true' } },
}

/** In the cloned layout, stickiness keeps the address where it is when a node comes back. */
export const defaultResourceDefaults: Record<Layout, Record<string, string>> = {
  single: {},
  cloned: { 'resource-stickiness': '100' },
}

/** A page whose text is `Site Teste - node1`. */
export const defaultPage = `<!DOCTYPE html>
<html lang="pt">
<head><meta charset="utf-8"><title>Site Teste</title></head>
<body><h1>Site Teste - {node}</h1></body>
</html>
`

/** Corosync 3.1's default token and the tutorial's other values, with sha256 instead of the tutorial's sha1. */
export const defaultTotem = {
  token: '3000',
  token_retransmits_before_loss_const: '10',
  crypto_cipher: 'aes256',
  crypto_hash: 'sha256',
}

/**
 * The logging of the corosync.conf that Debian ships, plus time stamps for the log file. Debian's
 * /etc/logrotate.d/corosync rotates that file.
 */
export const defaultLogging = {
  fileline: 'off',
  to_stderr: 'yes',
  to_logfile: 'yes',
  logfile: '/var/log/corosync/corosync.log',
  to_syslog: 'yes',
  debug: 'off',
  timestamp: 'on',
}
