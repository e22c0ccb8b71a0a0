import type { Constraint } from './declaration.js'

/** The defaults of a declaration: the values of the tutorial, except where noted. */

export interface DefaultResource {
  agent: string
  params: Record<string, string>
  monitor: string
}

/** The two primitives. FloatIP's address comes from `floating_ip`. */
export const defaultResources: Record<string, DefaultResource> = {
  FloatIP: { agent: 'ocf:heartbeat:IPaddr2', params: {}, monitor: '10s' },
  WebSite: {
    agent: 'ocf:heartbeat:apache',
    // On Debian the agent does not find server-status by itself and would search the page for </html> instead.
    params: { configfile: '/etc/apache2/apache2.conf', statusurl: 'http://127.0.0.1/server-status' },
    // The tutorial has 60 s. If Apache dies, visitors wait until the next monitor: drills measured 19.2 s with 60 s and
    // 3.4 s with 10 s.
    monitor: '10s',
  },
}

/** Where Apache runs: only on the node with the floating IP, or on every node, so that only the address moves. */
export const layouts = ['single', 'cloned'] as const

export type Layout = (typeof layouts)[number]

/**
 * The constraints between the two. In the cloned layout the address follows a running Apache. The order is optional, so
 * that a restart of Apache does not restart the address.
 */
export const defaultConstraints: Record<Layout, Constraint[]> = {
  single: [
    { kind: 'colocation', id: 'WebSite-with-FloatIP', resource: 'WebSite', with: 'FloatIP', score: 'INFINITY' },
    { kind: 'order', id: 'FloatIP-before-WebSite', first: 'FloatIP', then: 'WebSite', orderKind: 'Mandatory' },
  ],
  cloned: [
    { kind: 'colocation', id: 'FloatIP-with-WebSite', resource: 'FloatIP', with: 'WebSite', score: 'INFINITY' },
    { kind: 'order', id: 'WebSite-before-FloatIP', first: 'WebSite', then: 'FloatIP', orderKind: 'Optional' },
  ],
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

/** A resource without a monitor is not highly available, so it gets the interval that pcs would use. */
export const defaultMonitor = '60s'

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
