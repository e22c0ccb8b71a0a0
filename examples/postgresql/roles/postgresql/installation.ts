import type { Cluster, Node } from 'ha-run'

/** Where PostgreSQL is on the nodes: the parameters of its resource, and what follows from them in Debian's packages. */
export interface Installation {
  /** The id of its resource, and of the clone of it. */
  resource: string
  clone: string
  version: string
  bin: string
  /** The folder of postgresql.conf. */
  config: string
  data: string
  /** The address of the primary. */
  address: string
  passwordFile: string
}

/** @throws Error if the inventory declares no PostgreSQL as a promotable clone. */
export function installationOf({ resources, floatingIps }: Cluster): Installation {
  const found = resources.find(each => each.kind === 'primitive' && each.agent === 'ocf:heartbeat:pgsqlms')
  if (found?.kind !== 'primitive' || !found.clone)
    throw new Error('the inventory declares no resource with the agent ocf:heartbeat:pgsqlms and a clone')
  const { bindir = '', pgdata = '', datadir = '' } = found.params
  const version = /^\/usr\/lib\/postgresql\/(\d+)\/bin$/.exec(bindir)?.[1]
  if (version === undefined || !pgdata.startsWith('/etc/') || !datadir.startsWith('/'))
    throw new Error(`${found.id} needs the parameters bindir (/usr/lib/postgresql/VERSION/bin), pgdata and datadir`)
  return {
    resource: found.id,
    clone: found.clone.id,
    version,
    bin: bindir,
    config: pgdata,
    data: datadir,
    address: floatingIps[0].address,
    passwordFile: '/var/lib/postgresql/replication.pgpass',
  }
}

/** The user as whom a standby reads from the primary. */
export const replicationUser = 'replicator'

/** How a node logs in to the primary, as libpq has it. */
export function connection({ passwordFile }: Installation, host: string): string {
  return `host=${host} port=5432 user=${replicationUser} passfile=${passwordFile} connect_timeout=5`
}

export function othersOf({ nodes }: Cluster, { name }: Node): Node[] {
  return nodes.filter(node => node.name !== name)
}
