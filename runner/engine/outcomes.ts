import type { Status } from './events.js'

/** What became of a cluster's tasks so far: what later tasks that need them must know. */
export class Outcomes {
  readonly #statuses: { host: string | undefined; role: string; task: string; status: Status }[] = []

  add(host: string | undefined, role: string, task: string, status: Status): void {
    this.#statuses.push({ host, role, task, status })
  }

  /**
   * The first of a task's needs that a plan has not settled: it would change, or is unknown itself.
   *
   * @param needs - `task` of the same role, or `role: task`.
   * @param host - the node that asks, or undefined for the cluster, which needs it of every node.
   */
  unsettled(needs: readonly string[], role: string, host: string | undefined): string | undefined {
    return needs.find(need => this.#statuses.some(done =>
      (need === `${done.role}: ${done.task}` || (done.role === role && need === done.task))
      && (host === undefined || done.host === undefined || done.host === host)
      && isUnsettled(done.status)))
  }

  /** Whether a plan would change anything, or this run did. */
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
