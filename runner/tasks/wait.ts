import { task, type NodeTask, type TaskRef } from './task.js'
import type { NodeScope } from './scope.js'
import { until } from './until.js'

export interface WaitForOptions {
  /** Whether it holds. It reads and never writes; `read` asks the node again each time. */
  until: (scope: Pick<NodeScope, '$' | 'read'>) => Promise<boolean>
  timeoutSeconds: number
  /** What to do if it does not come true in time. */
  hint?: string
  needs?: readonly TaskRef[]
}

/**
 * Waits for something that becomes true by itself. In a run that finds it true there is nothing to do.
 *
 * ```ts
 * wait('the shop answers', {
 *   until: async ({ $ }) => (await $`curl -fso /dev/null http://127.0.0.1:8080/`.nothrow()).exitCode === 0,
 *   timeoutSeconds: 60,
 * })
 * ```
 */
export function wait(name: string, { until: isTrue, timeoutSeconds, hint, needs }: WaitForOptions): NodeTask {
  return task(name, {
    ...(needs && { needs }),
    check: async scope => ((await isTrue(scope)) ? [] : [{ subject: name, from: 'not yet', to: 'true' }]),
    async apply({ $, member, abandon, progress }) {
      const read: NodeScope['read'] = async fact => member.readAgain(fact)
      await until(name, timeoutSeconds, async () => (await isTrue({ $, read })) || undefined, {
        abandon,
        progress,
        ...(hint !== undefined && { hint }),
      })
    },
  })
}
