import { clusterTask, role, TaskError, until, type ClusterScope, type Node } from 'ha-run'
import { program } from '../postgresql/before-pacemaker.js'
import { installationOf, type Installation } from '../postgresql/installation.js'
import { databaseState, followers } from '../postgresql/state.js'

/**
 * A former primary that has written what the present one does not have cannot follow it. It gives that up: with asynchronous replication,
 * this may be rows that were acknowledged.
 */
export default role('postgresql-rejoin', ({ cluster }) => {
  const at = installationOf(cluster)
  return [
    clusterTask('every node follows the primary again', {
      async check({ members, selected }) {
        const { apart } = await stateOf(members, at)
        return apart
          .filter(member => selected.includes(member))
          .map(({ name }) => ({ subject: `PostgreSQL on ${name}`, from: 'does not follow', to: 'follows the primary' }))
      },
      async apply(scope) {
        const { primary, apart } = await stateOf(scope.members, at)
        if (!primary) throw new TaskError('no node is the primary', { hint: '`crm_mon -1` on a node shows why' })
        for (const member of apart.filter(each => scope.selected.includes(each))) await rewind(member, at, scope)
      },
    }),
  ]
})

type Members = ClusterScope<Node>['members']

async function stateOf(members: Members, at: Installation) {
  const states = await Promise.all(members.map(async member => ({ member, ...(await member.read(databaseState(at))) })))
  const primary = states.find(({ role }) => role === 'primary')?.member
  const following = primary ? (await primary.read(followers(at))).split('\n') : []
  const apart = states.filter(
    ({ data, role, member: { name } }) => data === 'ours' && role !== 'primary' && !following.includes(name),
  )
  return { primary, apart: apart.map(({ member }) => member) }
}

/** The cluster stops PostgreSQL on the node, and starts it again after that; if this ends before, the ban ends by itself. */
async function rewind(
  member: Members[number],
  at: Installation,
  { abandon, progress }: ClusterScope<Node>,
): Promise<void> {
  const { name, $ } = member
  progress(`stopping PostgreSQL on ${name}`)
  await $`crm_resource --ban --resource ${at.clone} --node ${name} --lifetime PT30M`
  try {
    await until(
      `PostgreSQL to stop on ${name}`,
      120,
      async () => {
        const { exitCode } = await $`cd /; runuser -u postgres -- ${at.bin}/pg_ctl -D ${at.config} status`.nothrow()
        return exitCode === 0 ? undefined : true
      },
      { abandon, progress },
    )
    progress(`comparing ${name} with the primary`)
    await $({ timeout: '30m' })`${program} rewind`
  } finally {
    await $`crm_resource --clear --resource ${at.clone} --node ${name} && crm_resource --cleanup --resource ${at.resource} --node ${name}`
  }
  await until(`PostgreSQL to run on ${name}`, 120, async () => (await member.readAgain(databaseState(at))).role, {
    abandon,
    progress,
  })
}
