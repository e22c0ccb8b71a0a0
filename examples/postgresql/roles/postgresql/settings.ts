import { isIP } from 'node:net'
import type { Cluster, Node } from 'ha-run'
import { connection, othersOf, replicationUser, type Installation } from './installation.js'

export const heading = '# Written by the role postgresql of ha-run.'

/** postgresql.conf. Settings of your own belong in conf.d/ beside it, where they take precedence. */
export function postgresqlConf(at: Installation, cluster: Cluster, node: Node, isSynchronous: boolean): string {
  const others = othersOf(cluster, node).map(({ name }) => `"${name}"`)
  const settings: [string, string][] = [
    ['data_directory', at.data],
    ['hba_file', `${at.config}/pg_hba.conf`],
    ['ident_file', `${at.config}/pg_ident.conf`],
    ['external_pid_file', `/run/postgresql/${at.version}-main.pid`],
    ['cluster_name', `${at.version}/main`],
    ['unix_socket_directories', '/run/postgresql'],
    ['listen_addresses', '*'],
    ['ssl', 'on'],
    ['ssl_cert_file', '/etc/ssl/certs/ssl-cert-snakeoil.pem'],
    ['ssl_key_file', '/etc/ssl/private/ssl-cert-snakeoil.key'],
    ['shared_buffers', '128MB'],
    // Clients are written to as long as they answer; a dead node answers nothing.
    ['tcp_keepalives_idle', '10'],
    ['tcp_keepalives_interval', '5'],
    ['tcp_keepalives_count', '3'],
    ['wal_level', 'replica'],
    ['hot_standby', 'on'],
    // What a standby can have missed, and what pg_rewind reads.
    ['wal_keep_size', '512MB'],
    ['wal_sender_timeout', '10s'],
    ['wal_receiver_timeout', '10s'],
    ['recovery_target_timeline', 'latest'],
    ['primary_conninfo', `${connection(at, at.address)} application_name=${node.name}`],
    ['synchronous_standby_names', isSynchronous ? `ANY 1 (${others.join(', ')})` : ''],
    // The agent starts PostgreSQL: its log must not be the agent's.
    ['logging_collector', 'on'],
    ['log_directory', '/var/log/postgresql'],
    ['log_filename', `postgresql-${at.version}-main.log`],
    ['log_rotation_age', '0'],
    ['log_rotation_size', '0'],
    ['log_line_prefix', '%m [%p] %q%u@%d '],
    ['include_dir', 'conf.d'],
  ]
  const lines = settings.map(([name, value]) => `${name} ${name === 'include_dir' ? '' : '= '}'${value}'`)
  return [heading, '# Settings of your own belong in conf.d/*.conf, the same on all nodes.', ...lines, ''].join('\n')
}

/** pg_hba.conf: a node lets the others replicate, and never itself, which it would reach by the floating address. */
export function hba(cluster: Cluster, node: Node, clients: string[]): string {
  const peers = othersOf(cluster, node).map(({ links }) => links[0]!)
  return [
    heading,
    'local all all peer',
    ...peers.map(address => `host replication,postgres ${replicationUser} ${hbaAddress(address)} scram-sha-256`),
    'host replication all all reject',
    `host all ${replicationUser} all reject`,
    ...clients.map(network => `host all all ${network} scram-sha-256`),
    '',
  ].join('\n')
}

/** A host as pg_hba.conf has it: an address needs its prefix, and a name has none. */
export function hbaAddress(host: string): string {
  const family = isIP(host)
  return family === 0 ? host : `${host}/${family === 4 ? 32 : 128}`
}

/** A line of a password file (libpq, "The Password File"). */
export function passwordLine(password: string): string {
  return `*:*:*:${replicationUser}:${password.replaceAll(/[\\:]/g, '\\$&')}\n`
}
