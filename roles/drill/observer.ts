import { setTimeout as sleep } from 'node:timers/promises'
import { quorum } from '../../runner/cluster/corosync/facts.js'
import type { Quorum } from '../../runner/cluster/corosync/quorumtool.js'
import { reachable, type ClusterMember } from '../../runner/cluster/members.js'
import type { ClusterState } from '../../runner/cluster/pacemaker/crm-mon.js'
import { clusterState } from '../../runner/cluster/pacemaker/facts.js'
import { ConnectError } from '../../runner/errors.js'
import { now } from '../../runner/ssh/probe-loop.js'

const pollMs = 250

/** An older answer says nothing about the node's present state. */
const freshMs = 5000

/** The cluster as one node sees it. */
export interface View {
  node: string
  state: ClusterState | undefined
  ring: Quorum | undefined
}

/** Polls every node on its own, so that one that has lost its power does not delay the answers of the others. */
export class Observer {
  readonly #latest = new Map<string, View & { at: number }>()
  #isOver = false

  constructor(members: ClusterMember[]) {
    for (const member of reachable(members)) void this.#poll(member)
  }

  stop(): void {
    this.#isOver = true
  }

  /** What the nodes that answer have seen lately, in the order of their answers. */
  get views(): View[] {
    const since = now() - freshMs
    return [...this.#latest.values()].filter(({ at }) => at >= since)
  }

  async #poll(member: ClusterMember): Promise<void> {
    while (!this.#isOver) {
      try {
        const askedAt = now()
        const [state, ring] = await Promise.all([member.readAgain(clusterState), member.read(quorum)])
        this.#latest.set(member.name, { node: member.name, state, ring, at: askedAt })
      } catch (error) {
        // A node that is lost has no view. A later connection to it is for its repair.
        if (error instanceof ConnectError) return
        throw error
      }
      await sleep(pollMs, undefined, { ref: false })
    }
  }
}

/** The view that decides: the DC's own, since it makes the decisions. */
export function decidingView(views: View[]): View | undefined {
  return views.find(({ node, state }) => state?.dc === node) ?? views.find(({ state }) => state !== undefined)
}
