import { persist } from '../../runner/engine/persist.js'
import type { NodeScope } from '../../runner/tasks/task.js'
import { until } from '../../runner/tasks/until.js'
import { ConnectError, HaRunError, TaskError } from '../../runner/errors.js'
import { FactReader } from '../../runner/facts/reader.js'
import type { NodeConnection } from '../../runner/ssh/connect.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { remote, type Remote } from '../../runner/ssh/remote.js'
import { armed, armScript, confirmScript, undoTime, type ArmedChange } from './armed.js'
import { cidr } from './manager.js'

/** Seconds in which the new address must answer: less than `undoTime` by what a confirmation may take. */
const answerTime = 60

/** Seconds that the node may need to be back after `undoTime`. */
const returnTime = 60

/** For resources to leave a node and its daemons to end. */
const stopTimeout = '300s'

type Scope = Pick<NodeScope, '$' | 'member' | 'abandon' | 'progress'>

/**
 * Gives a node another address, and goes on over it. While nobody has confirmed it over a fresh connection, the node
 * itself goes back to the former one.
 *
 * @param content - of the manager's file.
 * @returns what people should know of it.
 * @throws TaskError when the new address did not answer and the node is back at the former one; ConnectError when
 *   neither answers.
 */
export async function moveAddress(scope: Scope, change: ArmedChange, content: string): Promise<string[]> {
  const { $, member } = scope
  await stop(scope, change)
  try {
    await $({ input: content }).script(armScript(change))
  } catch (error) {
    // A connection that goes at that very moment does not say how far it came; what follows finds out.
    if (!(error instanceof ConnectError)) {
      await start($, change.stopped)
      throw error
    }
  }
  await member.expectDisconnect(async () => {
    const begun = Date.now()
    const answered = await answer(scope, change)
    if (answered instanceof Error) await goBack(scope, change, answered, begun)
    else await member.replaceConnection(answered)
  })
  const { from, to, stopped } = change
  return [
    `${member.name} is at ${to.address} now, confirmed over a fresh connection; correct \`ansible_host\` where it says ${from.address}`,
    ...stopped.length === 0 ? [] : [`${stopped.join(' and ')} stopped on ${member.name} for it: they start once corosync.conf has the new address`],
  ]
}

/** A connection over the new address that has confirmed the change, or why there is none. */
async function answer(scope: Scope, change: ArmedChange): Promise<NodeConnection | Error> {
  const { member } = scope
  const { from, to } = change
  const what = `${member.name} to answer at ${to.address}: unconfirmed, it goes back to ${from.address} by itself within ${undoTime} s`
  try {
    return await persist(what, answerTime, scope, async () => over(await reconnect(member.connection, to.address), async fresh => {
      await remote(fresh).script(confirmScript(change))
    }))
  } catch (error) {
    if (error instanceof TaskError) return error
    throw error
  }
}

/**
 * Waits until the node has undone the change, and goes on over a connection to its former address.
 *
 * @throws TaskError with why the change was not confirmed, or ConnectError when the node does not come back.
 */
async function goBack(scope: Scope, { from, to, stopped }: ArmedChange, reason: Error, begun: number): Promise<never> {
  const { member, abandon, progress } = scope
  const seconds = Math.max(undoTime + returnTime - Math.round((Date.now() - begun) / 1000), returnTime)
  const what = `${member.name} to be back at ${from.address}, which it does by itself`
  const back = await persist(what, seconds, scope, async () => over(await reconnect(member.connection), async former => {
    await until(what, seconds, async () => await new FactReader(former).read(armed) ? undefined : true, { abandon, progress })
  }))
  const why = `${to.address} was not confirmed: ${reason.message}`
  if (back instanceof ConnectError) {
    throw new ConnectError(`${member.name} answers at neither address. ${why}. ${from.address}: ${back.message}`, {
      hint: `look at the node's console: the former addressing comes back there ${undoTime} s after the change, or with a reboot`, cause: back,
    })
  }
  await member.replaceConnection(back)
  // The undo has seen to that, unless the connection was lost before there was one.
  await start(remote(back), stopped)
  throw new TaskError(`${why}. The node has gone back to ${from.address} by itself${stopped.length === 0 ? '' : `, and ${stopped.join(' and ')} start again`}`, {
    hint: `is ${cidr(to)} right, and does this machine reach that network? \`journalctl -u ha-run-address-change -u ha-run-address-undo\` on the node says what the network manager did`,
    ...reason instanceof HaRunError && reason.output !== undefined && { output: reason.output }, cause: reason,
  })
}

/** The connection, once something was done over it; closed where that failed. */
async function over(connection: NodeConnection, work: (connection: NodeConnection) => Promise<void>): Promise<NodeConnection> {
  try {
    await work(connection)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function stop(scope: Scope, { stopped }: ArmedChange): Promise<void> {
  try {
    for (const unit of stopped.toReversed()) {
      scope.progress(`stopping ${unit}`)
      await scope.$({ timeout: stopTimeout })`systemctl stop ${unit}`
    }
  } catch (error) {
    await start(scope.$, stopped)
    throw error
  }
}

async function start($: Remote, stopped: string[]): Promise<void> {
  if (stopped.length > 0) await $`systemctl start --no-block ${stopped}`
}
