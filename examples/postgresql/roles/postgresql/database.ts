import {
  clusterGuard,
  clusterTask,
  sh,
  TaskError,
  type Cluster,
  type ClusterScope,
  type Node,
  type Secret,
  type TaskRef,
} from 'ha-run'
import { replicationUser, type Installation } from './installation.js'
import { userStatements } from './password.js'
import { databaseState, marker, type DatabaseState } from './state.js'

type Member = ClusterScope<Node>['members'][number]

/** The database itself: one node has it first, and the others get a copy. What is in a data directory is never removed. */

async function statesOf(members: Member[], at: Installation): Promise<{ member: Member; state: DatabaseState }[]> {
  return Promise.all(members.map(async member => ({ member, state: await member.read(databaseState(at)) })))
}

/** Nothing is changed where somebody else's database is. */
export function nothingForeign(at: Installation, needs: TaskRef[]) {
  return clusterGuard('no other database is in the way', {
    needs,
    async check({ members }) {
      const states = await statesOf(members, at)
      const foreign = states.filter(({ state }) => state.data === 'foreign').map(({ member }) => member.name)
      if (foreign.length > 0) {
        throw new TaskError(`${at.data} on ${foreign.join(' and ')} has data that this role has not made`, {
          hint: `save what is needed, with pg_dumpall for instance, and move ${at.data} away`,
        })
      }
      const identifiers = new Set(states.flatMap(({ state }) => state.identifier ?? []))
      if (identifiers.size > 1) {
        throw new TaskError(`the nodes have different databases: ${[...identifiers].join(', ')}`, {
          hint: `decide which one stays, and move ${at.data} of the other node away: the next run makes a copy there`,
        })
      }
      return []
    },
  })
}

/** A new database, on the first node. It is complete when it gets its name, with the replication user in it. */
export function created(at: Installation, cluster: Cluster, password: Secret, needs: TaskRef[]) {
  return clusterTask('the database is there', {
    needs,
    async check({ members }) {
      const states = await statesOf(members, at)
      if (states.some(({ state }) => state.data !== 'none')) return []
      return [{ subject: `${at.data} on ${cluster.nodes[0]?.name}`, from: undefined, to: 'a new database' }]
    },
    async apply({ members: [first] }) {
      const part = partOf(at)
      await first?.$({ timeout: '10m', input: userStatements(password, 'CREATE') }).script(sh`set -e; cd /
rm -rf ${part}; install -d -o postgres -g postgres ${parentOf(at)}
runuser -u postgres -- ${at.bin}/initdb -D ${part} --data-checksums --encoding=UTF8 --locale=C.UTF-8 --auth-local=peer --auth-host=scram-sha-256 </dev/null >/dev/null
out=$(runuser -u postgres -- ${at.bin}/postgres --single -D ${part} -c log_min_error_statement=panic postgres 2>&1)
case $out in *ERROR*|*FATAL*) echo "$out" >&2; exit 1 ;; esac
runuser -u postgres -- touch ${part}/${marker}
sync; mv -T ${part} ${at.data}`)
    },
  })
}

/** Each other node has a copy of the database, which follows the primary from then on. */
export function copied(at: Installation, needs: TaskRef[]) {
  return clusterTask('every node has a copy of the database', {
    needs,
    async check({ members, selected }) {
      const states = await statesOf(members, at)
      return states
        .filter(({ member, state }) => state.data === 'none' && selected.includes(member))
        .map(({ member }) => ({
          subject: `${at.data} on ${member.name}`,
          from: undefined,
          to: 'a copy of the primary',
        }))
    },
    async apply({ members, selected, progress }) {
      const states = await statesOf(members, at)
      const wanting = states.filter(({ member, state }) => state.data === 'none' && selected.includes(member))
      await withSource(states, at, async source => {
        for (const { member } of wanting) {
          progress(`copying the database of ${source} to ${member.name}`)
          await copy(member, source, at)
        }
      })
    },
  })
}

async function copy(member: Member, source: string, at: Installation): Promise<void> {
  const part = partOf(at)
  await member.$({ timeout: '1440m' }).script(sh`set -e; cd /
rm -rf ${part}; install -d -o postgres -g postgres ${parentOf(at)}
runuser -u postgres -- env ${`PGPASSFILE=${at.passwordFile}`} ${at.bin}/pg_basebackup -w -h ${source} -U ${replicationUser} -D ${part} -X stream -c fast
mv -T ${part} ${at.data}; sync
crm_resource --cleanup --resource ${at.resource} --node "$(crm_node -n)" >/dev/null 2>&1 || :`)
}

/** The primary, or for as long as the cluster does not run PostgreSQL yet, the node that has the database. */
async function withSource(
  states: { member: Member; state: DatabaseState }[],
  at: Installation,
  work: (source: string) => Promise<void>,
): Promise<void> {
  const primary = states.find(({ state }) => state.role === 'primary')
  if (primary) return work(primary.member.node.links[0]!)
  const { member } = states.find(({ state }) => state.data === 'ours') ?? {}
  if (!member) throw new TaskError('no node has the database')
  const isClusters = (await member.$`crm_resource --resource ${at.resource} --query-xml`.nothrow()).exitCode === 0
  if (isClusters) {
    throw new TaskError(`no node is the primary, so that there is nothing to copy`, {
      hint: `\`crm_mon -1\` on a node shows why ${at.resource} is not promoted`,
    })
  }
  const control = sh`cd /; runuser -u postgres -- ${at.bin}/pg_ctl -D ${at.config} -s -w`
  await member.$({ timeout: '30m' }).script(`${control} -t 1700 -o '-c synchronous_standby_names=' start </dev/null`)
  try {
    await work(member.node.links[0]!)
  } finally {
    // In an orderly manner: by that the agent knows the first primary.
    await member.$({ timeout: '30m' }).script(`${control} -t 1700 -m fast stop`)
  }
}

const parentOf = ({ data }: Installation) => data.replace(/\/[^/]+$/, '')

/** What an interrupted run leaves is no data directory yet, and the next run begins again. */
const partOf = (at: Installation) => `${at.data}.ha-run`
