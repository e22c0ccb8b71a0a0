import { X509Certificate } from 'node:crypto'
import { fact, type Fact } from '../../runner/facts/fact.js'

/** The certificates of corosync-qdevice and corosync-qnetd, in the databases of NSS in which corosync's own tools keep them. */

export const nodeDatabase = '/etc/corosync/qdevice/net/nssdb'
export const arbiterDatabase = '/etc/corosync/qnetd/nssdb'

/** The names of the certificates in these databases. */
const authority = 'QNet CA'
export const clusterCertificate = 'Cluster Cert'

/** What a node's database has. */
export interface NodeCertificates {
  /** The arbiter's certificate authority, as PEM text. */
  authority: string | undefined
  /** The cluster's own certificate. */
  cluster: string | undefined
  /** Whether the private key of the cluster's certificate is there. */
  hasKey: boolean
}

const listing = (database: string) =>
  [
    `[ -e ${database}/cert9.db ] || exit 0`,
    `certutil -L -d ${database} -n '${authority}' -a 2>/dev/null`,
    'echo ---',
    `certutil -L -d ${database} -n '${clusterCertificate}' -a 2>/dev/null`,
    'echo ---',
    `certutil -K -d ${database} -f ${database}/pwdfile.txt </dev/null 2>/dev/null`,
  ].join('\n')

export const nodeCertificates: Fact<NodeCertificates> = fact(
  'certificates of corosync-qdevice',
  listing(nodeDatabase),
  ({ stdout }) => certificatesIn(stdout),
)

/** The arbiter's certificate authority as PEM text; undefined if it has none yet. */
export const arbiterAuthority: Fact<string | undefined> = fact(
  'certificate authority of corosync-qnetd',
  listing(arbiterDatabase),
  ({ stdout }) => certificatesIn(stdout).authority,
)

export function certificatesIn(text: string): NodeCertificates {
  const [ca, cluster, keys = ''] = text.split(/^---$/m)
  return {
    authority: pem(ca),
    cluster: pem(cluster),
    hasKey: new RegExp(`^<\\s*\\d+>.*[: ]${clusterCertificate}$`, 'm').test(keys),
  }
}

function pem(text = ''): string | undefined {
  return /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0].replaceAll('\r', '')
}

/** Why a node cannot identify itself to the arbiter with what it has; undefined if it can. */
export function certificateProblem(
  { authority: ca, cluster, hasKey }: NodeCertificates,
  arbiterCa: string,
  clusterName: string,
): string | undefined {
  if (ca === undefined) return 'none'
  const [own, arbiter] = [new X509Certificate(ca), new X509Certificate(arbiterCa)]
  if (own.fingerprint256 !== arbiter.fingerprint256) return 'of another arbiter'
  if (cluster === undefined || !hasKey) return 'unfinished'
  const certificate = new X509Certificate(cluster)
  if (!certificate.verify(arbiter.publicKey)) return 'not signed by the arbiter'
  return certificate.subject === `CN=${clusterName}` ? undefined : `of the cluster ${certificate.subject.slice(3)}`
}
