import { assertion, clusterTask, role, Secret, sh, wait, z, type ClusterScope } from 'ha-run'
import { installationOf, replicationUser, type Installation } from '../postgresql/installation.js'
import { isVerifierOf, userStatements } from '../postgresql/password.js'
import { answer, databaseState, followers } from '../postgresql/state.js'

const vars = z.object({
  postgresql_replication_password: z.string().transform(text => new Secret(Buffer.from(text))),
  postgresql_synchronous: z.boolean(),
})

const rejoin =
  "`ha-run play playbooks/rejoin.yml` lets a former primary follow again; PostgreSQL's log on the node has the reason"

/** What can only be seen while PostgreSQL runs: every other node follows the primary. */
export default role('postgresql-replication', { vars }, ({ cluster, vars }) => {
  const at = installationOf(cluster)
  const password = vars.postgresql_replication_password
  const stored = answer(at, `SELECT rolpassword FROM pg_authid WHERE rolname = '${replicationUser}'`)
  return [
    clusterTask('password of the replication user', {
      async check({ members }) {
        const primary = await primaryOf(members, at)
        const isCurrent = !primary || isVerifierOf(await primary.read(stored), password)
        return isCurrent ? [] : [{ subject: `password of ${replicationUser}`, from: 'another secret', to: 'a secret' }]
      },
      async apply({ members }) {
        const primary = await primaryOf(members, at)
        const statements = `SET log_statement = none; SET log_min_error_statement = panic;\n${userStatements(password, 'ALTER')}`
        await primary
          ?.$({ input: statements })
          .script(sh`cd /; runuser -u postgres -- ${at.bin}/psql -XAtq -v ON_ERROR_STOP=1`)
      },
    }),
    wait('replication with the other nodes', {
      until: async ({ read }) => {
        const { role } = await read(databaseState(at))
        if (role === 'standby')
          return (await read(answer(at, 'SELECT status FROM pg_stat_wal_receiver'))) === 'streaming'
        return role === 'primary' && (await read(followers(at))).split('\n').length === cluster.nodes.length - 1
      },
      timeoutSeconds: 60,
      hint: rejoin,
    }),
    assertion(
      'every node follows the primary',
      async ({ members }) => {
        const primary = await primaryOf(members, at)
        if (!primary) return { status: 'failed', evidence: 'no node is the primary', hint: rejoin }
        const following = (await primary.read(followers(at))).split('\n')
        const missing = members.filter(({ name }) => name !== primary.name && !following.includes(name))
        if (missing.length === 0) {
          const how = vars.postgresql_synchronous ? 'synchronous' : 'asynchronous'
          return { status: 'ok', evidence: `primary ${primary.name}, followed by ${following.join(', ')}, ${how}` }
        }
        return {
          status: 'failed',
          evidence: `no follower: ${missing.map(({ name }) => name).join(', ')}`,
          hint: rejoin,
        }
      },
      'A node that does not follow the primary cannot take over, or would lose rows.',
    ),
  ]
})

async function primaryOf(members: ClusterScope['members'], at: Installation) {
  const states = await Promise.all(members.map(async member => ({ member, ...(await member.read(databaseState(at))) })))
  return states.find(({ role }) => role === 'primary')?.member
}
