import type { Cluster, Node } from '../../runner/cluster/declaration/declaration.js'
import {
  onNodes,
  reachable,
  readOnAll,
  refuseUnselected,
  type ClusterMember,
  type Scope,
} from '../../runner/cluster/members.js'
import { clusterTask } from '../../runner/cluster/role.js'
import { TaskError } from '../../runner/errors.js'
import { Secret } from '../../runner/secret.js'
import { atExit } from '../../runner/ssh/at-exit.js'
import { sh, ShellText } from '../../runner/ssh/quote.js'
import type { ClusterTask, TaskRef } from '../../runner/tasks/index.js'
import {
  arbiterAuthority,
  arbiterDatabase,
  certificateProblem,
  clusterCertificate,
  nodeCertificates,
  nodeDatabase,
} from './certificate-state.js'

/**
 * The certificate with which the cluster identifies itself to the arbiter, on every node. It is made as
 * corosync-qdevice-net-certutil(8) describes, but without ssh between the machines: requests, certificates and the key travel over
 * this run's own sessions. A step that was interrupted is repeated by the next run.
 */
export function certificates(cluster: Cluster, needs: readonly TaskRef[]): ClusterTask<Node> {
  const compare = async ({ members, supporting }: Scope) => {
    const [states, ca] = await Promise.all([
      readOnAll(members, nodeCertificates),
      arbiterOf(supporting).read(arbiterAuthority),
    ])
    if (ca === undefined)
      throw new TaskError(`corosync-qnetd on ${arbiterOf(supporting).name} has no certificate authority`, {
        hint: `\`corosync-qnetd-certutil -i\` there makes one`,
      })
    const problems = states.map(([member, state]) => ({
      member,
      problem: certificateProblem(state, ca, cluster.name),
    }))
    return { ca, problems }
  }
  return clusterTask("the arbiter's certificates are on every node", {
    needs,
    async check(scope) {
      const { problems } = await compare(scope)
      const lacking = problems.filter(({ problem }) => problem !== undefined)
      refuseUnselected(
        scope,
        lacking.map(({ member }) => member),
      )
      return lacking.map(({ member, problem }) => ({
        subject: onNodes('certificate for the arbiter', [member]),
        from: problem === 'none' ? undefined : problem,
        to: `of ${cluster.name}, signed by ${arbiterOf(scope.supporting).name}`,
      }))
    },
    async apply(scope) {
      const { ca, problems } = await compare(scope)
      const complete = problems.find(({ problem }) => problem === undefined)?.member
      const lacking = problems.flatMap(({ member, problem }) => (problem === undefined ? [] : [member]))
      if (!complete) await refuseNamesake(scope, cluster)
      const source = complete ?? (await firstCertificate(lacking[0]!, arbiterOf(scope.supporting), cluster.name, ca))
      const others = lacking.filter(member => member !== source)
      if (others.length === 0) return
      const pair = await exportPair(source)
      await Promise.all(
        others.map(async member => {
          await newDatabase(member, ca)
          await importPair(member, pair)
        }),
      )
    },
  })
}

function arbiterOf(supporting: ClusterMember[]): ClusterMember {
  const [arbiter] = supporting
  if (!arbiter) throw new Error('a cluster with a quorum device has an arbiter')
  return arbiter
}

/** corosync-qnetd knows clusters by their names: it refuses a second one of the same name, whose nodes have the same ids. */
async function refuseNamesake({ members, supporting }: Scope, { name, nodes }: Cluster): Promise<void> {
  const arbiter = arbiterOf(supporting)
  const { stdout } = await arbiter.$({ timeout: '15s', nothrow: true })`timeout 10 corosync-qnetd-tool -l -c ${name}`
  const addresses = [...stdout.matchAll(/Client address:\s+(?:::ffff:)?([\d.]+):\d+$/gm)].map(([, address]) => address)
  const own = new Set([
    ...nodes.flatMap(({ links }) => links),
    ...reachable(members).map(({ node }) => node.connection.host),
  ])
  const strangers = addresses.filter(address => address !== undefined && !own.has(address))
  if (strangers.length > 0)
    throw new TaskError(
      `another cluster with the name ${name} uses the arbiter ${arbiter.name}: its nodes have the addresses ${strangers.join(', ')}`,
      { hint: 'clusters that share an arbiter must have different names' },
    )
}

/** The begin of a script that needs files for a moment: a folder in memory, which is removed when the script ends. */
const withFolder = new ShellText(sh`set -e; umask 077; folder=$(mktemp -d -p /run); ${atExit('rm -rf -- "$folder"')}`)

/** Requests a certificate on a node, and has the arbiter sign it. @returns the node. */
async function firstCertificate(
  node: ClusterMember,
  arbiter: ClusterMember,
  cluster: string,
  ca: string,
): Promise<ClusterMember> {
  await newDatabase(node, ca)
  const { stdout: request } = await node.$({ timeout: '60s' })`set -e
corosync-qdevice-net-certutil -r -n ${cluster} >&2
base64 -w0 -- ${`${nodeDatabase}/qdevice-net-node.crq`}`
  // One signature at a time: each has a serial number, and several clusters may share the arbiter.
  const { stdout: certificate } = await arbiter.$({ timeout: '90s', input: request })`${withFolder}
base64 -d >"$folder/request"
flock -w 60 /run/lock/ha-run.qnetd corosync-qnetd-certutil -s -c "$folder/request" -n ${cluster} >&2
base64 -w0 -- ${`${arbiterDatabase}/cluster-${cluster}.crt`}`
  await node.$({ timeout: '60s', input: certificate })`${withFolder}
base64 -d >"$folder/certificate"
corosync-qdevice-net-certutil -M -c "$folder/certificate" >&2
rm -f -- ${`${nodeDatabase}/qdevice-net-node.crq`} ${`${nodeDatabase}/qdevice-net-node.p12`}`
  return node
}

/** Makes a database with the arbiter's certificate authority. One that is there is kept in /var/backups/ha-run. */
async function newDatabase({ $ }: ClusterMember, ca: string): Promise<void> {
  await $({ timeout: '60s', input: `${ca}\n` })`${withFolder}
if [ -e ${nodeDatabase} ]; then
  mkdir -p -m 0700 /var/backups/ha-run
  mv -T -- ${nodeDatabase} "/var/backups/ha-run/qdevice-nssdb.$(date +%Y%m%dT%H%M%S.%N)"
fi
cat >"$folder/ca"
corosync-qdevice-net-certutil -i -c "$folder/ca" >&2`
}

/** The cluster's certificate with its private key, in the format PKCS #12. */
async function exportPair({ $ }: ClusterMember): Promise<Secret> {
  const { stdout } = await $({ timeout: '60s', secretOutput: true })`${withFolder}
pk12util -d ${nodeDatabase} -o "$folder/pair" -W '' -n ${clusterCertificate} >&2
base64 -w0 -- "$folder/pair"`
  return new Secret(Buffer.from(stdout, 'base64'))
}

async function importPair({ $ }: ClusterMember, pair: Secret): Promise<void> {
  await $({ timeout: '60s', input: pair })`${withFolder}
cat >"$folder/pair"
corosync-qdevice-net-certutil -m -c "$folder/pair" >&2`
}
