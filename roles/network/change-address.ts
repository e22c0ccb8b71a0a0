import { retryUntilReachable, until, type NodeScope } from '../../runner/tasks/index.js'
import { ConnectError, HaRunError, TaskError } from '../../runner/errors.js'
import { FactReader } from '../../runner/facts/reader.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { reconnect } from '../../runner/ssh/reconnect.js'
import { remote, type Remote } from '../../runner/ssh/remote.js'
import { armChange, confirmArmedChange, isChangeArmed, undoSeconds, type ArmedChange } from './armed-change.js'
import { cidr } from './managers/manager.js'

/** Within which the node must answer at the new address: shorter than `undoSeconds`, since the confirmation takes time. */
const answerTimeoutSeconds = 60

/** Within which the node must be back at the former address, after `undoSeconds`. */
const returnTimeoutSeconds = 60

/** For resources to leave a node and its daemons to stop. */
const stopTimeout = '300s'

type Scope = Pick<NodeScope, '$' | 'member' | 'abandon' | 'progress'>

/**
 * Changes a node's address and continues the run over the new one. Unless the change is confirmed over a new connection, the node
 * itself returns to the former address.
 *
 * @param content - of the manager's file.
 * @returns remarks for the user.
 * @throws TaskError if the new address did not answer and the node is back at the former one; ConnectError if neither answers.
 */
export async function changeAddress(scope: Scope, change: ArmedChange, content: string): Promise<string[]> {
  const { $, member } = scope
  await stopUnits(scope, change)
  try {
    await armChange($, change, content)
  } catch (error) {
    // If the connection was lost just then, it is not known whether the change has begun: the next steps find out.
    if (!(error instanceof ConnectError)) {
      await startUnits($, change.stopped)
      throw error
    }
  }
  await member.expectDisconnect(async () => {
    const begunAt = performance.now()
    const confirmed = await confirmChange(scope, change)
    if (confirmed instanceof Error) await awaitUndo(scope, change, confirmed, begunAt)
    else await member.replaceConnection(confirmed)
  })
  const { from, to, stays, stopped } = change
  return [
    `${member.name} has ${to.address} now, confirmed over a new connection; ${stays ? `${from.address} stays` : `if \`ansible_host\` in the inventory is ${from.address}, change it`}`,
    ...(stopped.length === 0
      ? []
      : [
          `${stopped.join(' and ')} stopped on ${member.name} for the change: they start once corosync.conf has the new address`,
        ]),
  ]
}

/** A connection over the new address that has confirmed the change, or why there is none. */
async function confirmChange(scope: Scope, change: ArmedChange): Promise<NodeConnection | Error> {
  const { member } = scope
  const { from, to } = change
  const expectation = `${member.name} to answer at ${to.address}: unless confirmed, it returns to ${from.address} by itself within ${undoSeconds} s`
  try {
    return await retryUntilReachable(expectation, answerTimeoutSeconds, scope, async () =>
      connectionAfter(await reconnect(member.connection, to.address), async connection => {
        await confirmArmedChange(remote(connection), change)
      }),
    )
  } catch (error) {
    if (error instanceof TaskError) return error
    throw error
  }
}

/**
 * Waits until the node has undone the change, and continues over a connection to its former address.
 *
 * @throws TaskError with the reason why the change was not confirmed, or ConnectError if the node does not come back.
 */
async function awaitUndo(
  scope: Scope,
  { from, to, stopped }: ArmedChange,
  reason: Error,
  begunAt: number,
): Promise<never> {
  const { member, abandon, progress } = scope
  const seconds = Math.max(
    undoSeconds + returnTimeoutSeconds - Math.round((performance.now() - begunAt) / 1000),
    returnTimeoutSeconds,
  )
  const expectation = `${member.name} to return to ${from.address} by itself`
  const back = await retryUntilReachable(expectation, seconds, scope, async () =>
    connectionAfter(await reconnect(member.connection), async connection => {
      await until(
        expectation,
        seconds,
        async () => ((await new FactReader(connection).read(isChangeArmed)) ? undefined : true),
        { abandon, progress },
      )
    }),
  )
  const notConfirmed = `${to.address} was not confirmed: ${reason.message}`
  if (back instanceof ConnectError) {
    throw new ConnectError(
      `${member.name} answers at neither address. ${notConfirmed}. ${from.address}: ${back.message}`,
      {
        hint: `check the node's console: the former addressing comes back ${undoSeconds} s after the change, or with a reboot`,
        cause: back,
      },
    )
  }
  await member.replaceConnection(back)
  // The undo has started them, unless the connection was lost before the change was armed.
  await startUnits(remote(back), stopped)
  throw new TaskError(
    `${notConfirmed}. The node has returned to ${from.address} by itself${stopped.length === 0 ? '' : `, and ${stopped.join(' and ')} start again`}`,
    {
      hint: `is ${cidr(to)} right, and does this machine reach that network? \`journalctl -u ha-run-address-change -u ha-run-address-undo\` on the node shows what the network manager did`,
      ...(reason instanceof HaRunError && reason.output !== undefined && { output: reason.output }),
      cause: reason,
    },
  )
}

/** Returns the connection once `work` has succeeded over it, and closes it if `work` fails. */
async function connectionAfter(
  connection: NodeConnection,
  work: (connection: NodeConnection) => Promise<void>,
): Promise<NodeConnection> {
  try {
    await work(connection)
    return connection
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function stopUnits(scope: Scope, { stopped }: ArmedChange): Promise<void> {
  try {
    for (const unit of stopped.toReversed()) {
      scope.progress(`stopping ${unit}`)
      await scope.$({ timeout: stopTimeout })`systemctl stop ${unit}`
    }
  } catch (error) {
    await startUnits(scope.$, stopped)
    throw error
  }
}

async function startUnits($: Remote, stopped: string[]): Promise<void> {
  if (stopped.length > 0) await $`systemctl start --no-block ${stopped}`
}
