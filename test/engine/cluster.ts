/* oxlint-disable typescript/no-unsafe-type-assertion -- stand-ins have what the code under test reads of them */
/* oxlint-disable typescript/unbound-method -- tasks and checks do not use `this` */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import PQueue from 'p-queue'
import { systemClock, type Clock } from '../../runner/clock.js'
import { ClusterRun } from '../../runner/engine/cluster-run.js'
import type { MachineEvent, Signal, TaskEvent } from '../../runner/engine/events.js'
import { Member, type ClusterLike, type NodeLike } from '../../runner/tasks/member.js'
import { schedule } from '../../runner/engine/schedule.js'
import type { Role } from '../../runner/tasks/role.js'
import { RunTally } from '../../runner/engine/run-tally.js'
import { task, type ClusterTask, type NodeTask, type Task } from '../../runner/tasks/task.js'
import { ConnectError } from '../../runner/errors.js'
import { fileText } from '../../runner/facts/files.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import type { Session } from '../../runner/ssh/session.js'
import { localSession, type LocalShell } from '../ssh/local-shell.js'

/** A run without flags. */
export const noConsent = { outage: false, purge: false }

/** A node whose connection is a local shell. */
export function localMember(t: ExecutionContext, name: string): { member: Member; shell: LocalShell } {
  const { session, shell } = localSession(t)
  let second: Session | undefined
  const connection = {
    name,
    session,
    openSecondSession: async () => (second ??= localSession(t).session),
    closeSecondSession: async () => {
      await second?.close()
      second = undefined
    },
  } as unknown as NodeConnection
  return { member: new Member({ name, connection: { host: name } }, connection), shell }
}

export interface RunSettings {
  check?: boolean
  forks?: number
  selected?: string[]
  stop?: AbortSignal
  /** Seconds for which assertions must hold; 0 by default. */
  stable?: number
  confirm?: (plan: string[]) => Promise<boolean>
  clock?: Clock
  /** The tasks of a role without supporting hosts, which runs before it. */
  before?: (node: NodeLike) => Task[]
}

/**
 * A cluster of local shells, each with a folder of its own, and the events of its runs.
 *
 * @param absent - nodes that cannot be reached.
 * @param supporters - hosts that the role works on although they are no members.
 */
export function localCluster(
  t: ExecutionContext,
  names = ['n1', 'n2'],
  absent: string[] = [],
  supporters: string[] = [],
) {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-engine-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const asNode = (name: string) => ({ name, connection: { host: name } })
  const cluster: ClusterLike = { name: 'c', nodes: names.map(asNode) }
  const supportingNodes = supporters.map(asNode)
  const shells = new Map<string, LocalShell>()
  const memberOf = (node: NodeLike) => {
    if (absent.includes(node.name)) return new Member(node, new ConnectError(`${node.name}: no answer`))
    const { member, shell } = localMember(t, node.name)
    shells.set(node.name, shell)
    return member
  }
  const members = cluster.nodes.map(memberOf)
  const supporting = supportingNodes.map(memberOf)
  const events: (MachineEvent | Signal)[] = []
  const path = (node: string, name: string) => join(folder, `${node}.${name}`)

  return {
    cluster,
    members,
    shells,
    events,
    path,
    write: (node: string, name: string, text: string) => writeFileSync(path(node, name), text),
    text: (node: string, name: string) => readFileSync(path(node, name), 'utf8'),
    frames: () =>
      [...members, ...supporting].map(member => (member.unreachable ? 0 : member.connection.session.frames)),

    /** Runs a role; all runs use the same connections. */
    async run(
      tasks: (node: NodeLike) => Task[],
      {
        check = false,
        forks = 20,
        selected = [...names, ...supporters],
        stop = new AbortController().signal,
        stable = 0,
        confirm,
        clock = systemClock,
        before = () => [],
      }: RunSettings = {},
    ) {
      events.length = 0
      const role: Role = { name: 'r', tasks: ({ node }) => tasks(node), supporting: () => supportingNodes }
      const other: Role = { name: 'other', tasks: ({ node }) => before(node) }
      const steps = [other, role].map(each => ({ role: each, selected: new Set(selected) }))
      const queue = new PQueue({ concurrency: forks })
      const tally = new RunTally(performance.now())
      const report = (event: MachineEvent | Signal) => {
        events.push(event)
        if ('status' in event || event.event === 'error') tally.count(event)
      }
      await new ClusterRun(cluster.name, members, schedule(cluster, steps), {
        supporting,
        check,
        stop,
        stable,
        clock,
        run: 'test',
        abandon: new AbortController().signal,
        consent: noConsent,
        queue,
        allAtOnce: forks >= names.length,
        report,
        ...(confirm && { confirm }),
      }).run()
      return { lines: lines(events), summary: tally.summary }
    },

    /** A task that writes a file of one node. */
    wants(node: NodeLike, name: string, text: string, more: Partial<NodeTask> = {}): NodeTask {
      const file = path(node.name, name)
      return task(`write ${name}`, {
        async check({ read }) {
          const now = await read(fileText(file))
          return now === text ? [] : [{ subject: name, from: now, to: text }]
        },
        async apply({ $ }) {
          await $({ input: text })`cat >${file}`
        },
        ...more,
      })
    },
  }
}

/** A task of the cluster that notes its calls in `calls`. */
export function noted(name: string, calls: string[], more: Partial<ClusterTask> = {}): ClusterTask {
  return {
    scope: 'cluster',
    name,
    check: () =>
      Promise.resolve(
        calls.some(call => call.startsWith(name)) ? [] : [{ subject: name, from: undefined, to: 'done' }],
      ),
    apply: ({ leader, selected }) => {
      calls.push(`${name} by ${leader.name} for ${selected.map(member => member.name).join('+')}`)
      return Promise.resolve()
    },
    ...more,
  }
}

/** `n1 write x: failed, why`; a task of the cluster starts with the name of the cluster. */
export function lines(events: (MachineEvent | Signal)[]): string[] {
  return events.flatMap(event => {
    if (event.event !== 'task' && event.event !== 'assertion' && event.event !== 'error') return []
    const why =
      event.error?.message ?? ('reason' in event ? event.reason : 'evidence' in event ? event.evidence : undefined)
    const what = event.event === 'error' ? 'connection' : event.task
    return `${event.host ?? event.cluster} ${what}: ${event.status}${why === undefined ? '' : `, ${why}`}`
  })
}

export function taskEvents(events: (MachineEvent | Signal)[]): TaskEvent[] {
  return events.filter(event => event.event === 'task')
}
