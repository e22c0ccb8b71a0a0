/** A question that verify and drill put to the services of a cluster, as `cluster.probes` declares it. */
export type Probe = HttpProbe | DnsProbe | TcpProbe | CommandProbe

interface DeclaredProbe {
  name: string
  /** The floating address that it asks; left out if it names none. */
  floatingAddress?: string
  /** How long an answer may take; left out: what verify and drill allow by default. */
  timeoutMs?: number
}

export interface HttpProbe extends DeclaredProbe {
  kind: 'http'
  url: string
  /** The status of a good answer; left out: any from 200 to 299. */
  status?: number
  /** A text that the body contains. */
  expect?: string
  /** A file with the certificate of the authority that has signed the server's; left out: it is not checked. */
  ca?: string
}

export interface DnsProbe extends DeclaredProbe {
  kind: 'dns'
  /** The server's address. */
  server: string
  port: number
  /** The name that is asked for. */
  query: string
  type: RecordType
  /** A record that must be among the answers; left out: there is at least one. */
  expect?: string
}

export interface TcpProbe extends DeclaredProbe {
  kind: 'tcp'
  host: string
  port: number
}

export interface CommandProbe extends DeclaredProbe {
  kind: 'command'
  /** A program with its arguments, which runs on the admin machine and exits with 0 if all is well. */
  command: string[]
  /** The inventory's folder, in which it runs; as the user would type it. */
  folder: string
}

/** The types of records that a DNS probe can ask for. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const

export type RecordType = (typeof recordTypes)[number]
