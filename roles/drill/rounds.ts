import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { reachable, type ClusterMember, type ClusterTrialScope } from '../../runner/cluster/members.js'
import { promotedIn } from '../../runner/cluster/pacemaker/crm-mon.js'
import { stateOf } from '../../runner/cluster/rollout/pacemaker-state.js'
import { InterruptedError, TaskError } from '../../runner/errors.js'
import type { ProbeRequest } from '../../runner/ssh/probe-loop.js'
import { AddressMonitors } from './address-monitor.js'
import type { AddressPeriod } from './address-periods.js'
import { measureClockOffset } from './clock.js'
import { failAndRepair, type Course } from './course.js'
import { journalScript, parseJournal, type JournalEvent } from './journal.js'
import { measuredIn, routesTo, type Measured } from './probe-routes.js'
import { withOwners, worstProbe } from './probe-results.js'
import { startProbes } from './probes.js'
import { planRound, type RoundPlan } from './plan.js'
import { floatingIpNode } from './floating-ip.js'
import { summarizeRound, type Observations } from './result.js'
import { faultText, type DrillSettings } from './settings.js'

/** Runs all rounds; each begins and ends with a healthy cluster. @throws TaskError if one of them has failed. */
export async function runRounds(
  cluster: Cluster,
  settings: DrillSettings,
  scope: ClusterTrialScope,
): Promise<string[]> {
  const failures: string[] = []
  const remarks: string[] = []
  for (let round = 1; round <= settings.rounds; round += 1) {
    const prefix = settings.rounds === 1 ? '' : `round ${round} of ${settings.rounds}: `
    if (scope.stop.aborted) throw new InterruptedError(`interrupted after ${round - 1} of ${settings.rounds} rounds`)
    const result = await runRound(cluster, settings, round, {
      ...scope,
      progress: text => scope.progress(text && prefix + text),
    })
    if (result.reason !== undefined) failures.push(prefix + result.reason)
    remarks.push(...result.remarks)
  }
  if (failures.length > 0) throw new TaskError(failures.join('; '))
  return [...new Set(remarks)]
}

async function runRound(
  cluster: Cluster,
  settings: DrillSettings,
  number: number,
  scope: ClusterTrialScope,
): Promise<{ reason: string | undefined; remarks: string[] }> {
  const { members, report } = scope
  const round = await planRound(cluster, settings, scope)
  const { fault, target, subject, others, drilled, mayBeFenced } = round
  const measured = await Promise.all(
    measuredIn(cluster).map(async one => ({
      measured: one,
      routes: await routesTo(one, cluster, others, mayBeFenced),
    })),
  )
  const probes = await startProbes(cluster, measured, scope)
  const monitors = new AddressMonitors(
    cluster.name,
    cluster.floatingIps.map(({ address }) => address),
  )
  try {
    const offsetsMs = new Map(
      await Promise.all(members.map(async member => [member.name, await measureClockOffset(member)] as const)),
    )
    const unmonitored = await monitors.start(members)
    const course = await expectDisconnects([drilled, ...mayBeFenced], async () =>
      failAndRepair(round, offsetsMs, probes, monitors, scope),
    )
    const { failedAt, fenced } = course
    const end = await stateOf(scope)
    const endNode = end && floatingIpNode(round.followed.ids, end)
    const asked = probes.stop(fenced)
    const addresses = (await monitors.stop(offsetsMs, fenced)).map((periodsOfNodes, at) => ({
      address: cluster.floatingIps[at]?.address ?? '',
      periods: periodsOfNodes.map(periods =>
        periods.map(({ from, to, node }) => ({ from: from - failedAt, to: to - failedAt, node })),
      ),
    }))
    const {
      event,
      signal,
      others: further,
      remarks,
    } = summarizeRound({
      cluster: cluster.name,
      round: number,
      rounds: settings.rounds,
      fault: faultText(settings),
      node: subject,
      device: target.device?.id,
      description: fault.describe(target),
      ...answersTo(asked, failedAt, addresses),
      journal: await readJournals(reachable(journalsOf(round, course)), failedAt, offsetsMs),
      addresses,
      isMonitored: unmonitored.length === 0,
      floatingIpNode: {
        before: floatingIpNode(round.followed.ids, round.before),
        recovered: course.isHeld ? endNode : course.floatingIpNode,
        end: endNode,
      },
      promoted: { before: promotedIn(round.before), recovered: course.promoted },
      fences: target.fencing !== undefined,
      fenced,
      repairedAt: course.repairedAt - failedAt,
      healthyAt: course.healthyAt && course.healthyAt - failedAt,
      maxOutage: settings.maxOutage,
      failure: course.failure ?? probes.broken(fenced),
    })
    for (const each of [signal, ...further]) report(each)
    report(event)
    if (course.unrepaired) throw course.unrepaired
    return {
      reason: event.reason,
      remarks: [
        ...unmonitored.map(name => `${name} allows no second session: when it had the address is not known`),
        ...remarks,
        ...course.remarks,
      ],
    }
  } finally {
    probes.stop([])
    await monitors.stop(new Map(), []).catch(() => {})
  }
}

/** The answers with times since the fault: those of the page, or of all probes and of the worst of them. */
function answersTo(
  asked: { measured: Measured; requests: ProbeRequest[] }[],
  failedAt: number,
  addresses: { address: string; periods: (AddressPeriod & { node: string })[][] }[],
): Pick<Observations, 'answers' | 'probe' | 'probes'> {
  const probes = asked.map(({ measured, requests }) => {
    const answers = requests.map(({ at, ms, server, error }) => ({
      at: at - failedAt,
      ms,
      node: server === '' ? undefined : server,
      error,
    }))
    if (measured === 'page') return { probe: undefined, answers }
    const periods = addresses.find(({ address }) => address === measured.floatingAddress)?.periods ?? []
    return { probe: measured.name, answers: withOwners(answers, periods.flat()) }
  })
  const declared = probes.flatMap(({ probe, answers }) => (probe === undefined ? [] : { probe, answers }))
  return declared.length === 0 ? { answers: probes[0]?.answers ?? [] } : { ...worstProbe(declared), probes: declared }
}

/** Does work during which these nodes may lose their connections. */
async function expectDisconnects<T>(members: ClusterMember[], work: () => Promise<T>): Promise<T> {
  return [...new Set(members)].reduce((inner, member) => async () => member.expectDisconnect(inner), work)()
}

/** The nodes whose journals show the recovery. What a node has logged before it was fenced, it may have lost. */
function journalsOf({ fault, target, members, others }: RoundPlan, { fenced }: Course): ClusterMember[] {
  return (fault.takesPart(target) ? members : others).filter(({ name }) => !fenced.includes(name))
}

/** Reads the nodes' journals since the fault. @returns events with times since the fault, by this machine's clock. */
async function readJournals(
  members: ClusterMember[],
  failedAt: number,
  offsetsMs: Map<string, number>,
): Promise<(JournalEvent & { by: string })[]> {
  const journals = await Promise.all(
    members.map(async ({ name, $ }) => {
      const offsetMs = offsetsMs.get(name)!
      const { stdout } = await $.script(journalScript((failedAt + offsetMs) / 1000))
      return parseJournal(stdout).map(event => ({ ...event, at: event.at - offsetMs - failedAt, by: name }))
    }),
  )
  return journals.flat()
}
