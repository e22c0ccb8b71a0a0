import type { TaskRef } from '../tasks/task.js'
import type { Status } from './events.js'

/** The results of a cluster's tasks so far, for tasks that need them. */
export class Outcomes {
  readonly #statuses: { host: string | undefined; role: string; task: string; status: Status }[] = []

  add(host: string | undefined, role: string, task: string, status: Status): void {
    this.#statuses.push({ host, role, task, status })
  }

  /**
   * The first of a task's needs that a plan has not settled: it would change, or is unknown itself.
   *
   * @param role - of the task that has these needs.
   * @param host - the task's node; undefined for a task of the cluster, which needs them on every node.
   * @returns its name, with its role unless that is the task's own.
   */
  unsettled(needs: readonly TaskRef[], role: string, host: string | undefined): string | undefined {
    const need = needs.find(({ role: owner = role, name }) =>
      this.#statuses.some(
        done =>
          done.role === owner &&
          done.task === name &&
          (host === undefined || done.host === undefined || done.host === host) &&
          isUnsettled(done.status),
      ),
    )
    if (!need) return undefined
    return need.role === undefined || need.role === role ? need.name : `${need.role}: ${need.name}`
  }

  /** Whether a plan would change anything, or cannot know. */
  get anyUnsettled(): boolean {
    return this.#statuses.some(({ status }) => isUnsettled(status))
  }

  get anyChanged(): boolean {
    return this.#statuses.some(({ status }) => status === 'changed')
  }

  /** How many tasks and assertions have failed. */
  get failures(): number {
    return this.#statuses.filter(({ status }) => status === 'failed' || status === 'unreachable').length
  }
}

function isUnsettled(status: Status): boolean {
  return status === 'would-change' || status === 'unknown'
}
