import type { Constraint } from './declaration.js'

/** What the tutorial says, and so what holds where an inventory says nothing. */

export interface DefaultResource {
  agent: string
  params: Record<string, string>
  monitor: string
}

/** The two primitives; FloatIP's address comes from `floating_ip`. */
export const defaultResources: Record<string, DefaultResource> = {
  FloatIP: { agent: 'ocf:heartbeat:IPaddr2', params: {}, monitor: '10s' },
  WebSite: {
    agent: 'ocf:heartbeat:apache',
    // The agent does not find server-status by itself on Debian, and would fall back to looking for </html>.
    params: { configfile: '/etc/apache2/apache2.conf', statusurl: 'http://127.0.0.1/server-status' },
    // The tutorial has 60 s. That long visitors are turned away where Apache has died: a drill measured 19.2 s, with 10 s 3.4 s.
    monitor: '10s',
  },
}

/** Where Apache runs: beside the floating IP, or on every node, so that only the address moves. */
export const layouts = ['single', 'cloned'] as const

export type Layout = (typeof layouts)[number]

/**
 * What binds the two. In the cloned layout the address follows a running Apache, and an Apache that is restarted
 * under it takes nothing down: the order counts only where both start at once.
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

/** The meta attributes of default resources that run on every node: FloatIP waits for the copy beside it only. */
export const defaultClones: Record<Layout, Record<string, Record<string, string>>> = {
  single: {},
  cloned: { WebSite: { interleave: 'true' } },
}

/** An address that could be on any node as well stays where it is when one comes back. */
export const defaultResourceDefaults: Record<Layout, Record<string, string>> = {
  single: {},
  cloned: { 'resource-stickiness': '100' },
}

/**
 * A resource nobody watches is not highly available: what is declared without a monitor gets the one pcs would
 * give.
 */
export const defaultMonitor = '60s'

/** A page whose text is `Site Teste - node1`. */
export const defaultPage = `<!DOCTYPE html>
<html lang="pt">
<head><meta charset="utf-8"><title>Site Teste</title></head>
<body><h1>Site Teste - {node}</h1></body>
</html>
`

/** Corosync 3.1's default token and the tutorial's other values, with sha256 where the tutorial has sha1. */
export const defaultTotem = {
  token: '3000',
  token_retransmits_before_loss_const: '10',
  crypto_cipher: 'aes256',
  crypto_hash: 'sha256',
}

/**
 * As the corosync.conf that Debian ships, with time stamps, which its comments advise and the log file needs;
 * the file is rotated by Debian's own /etc/logrotate.d/corosync.
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
