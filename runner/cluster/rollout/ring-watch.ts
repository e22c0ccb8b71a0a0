import { until } from '../../tasks/until.js'
import type { Link } from '../corosync/cfgtool.js'
import { corosyncLinks, quorum, runningCmap } from '../corosync/facts.js'
import type { CorosyncState } from '../corosync/state.js'
import { readOnAll, type Scope } from '../members.js'

/** The ring after a reload: whether it is still one, and whether its links are up. */

/** Time for knet to bring a new link up: with the default token it pings each peer at least every 1.5 s. */
const linkTimeoutSeconds = 30

/** Time for a ring that broke to become one again, beside the timers of totem. */
const mergeSeconds = 30

/** What the nodes see: the id of the ring that each is in, and whether each link is up, by node, link number and peer. */
export interface RingView {
  rings: (string | undefined)[]
  links: Map<string, boolean>
}

export async function ringView(running: CorosyncState[]): Promise<RingView> {
  const members = running.map(({ member }) => member)
  const [rings, links] = await Promise.all([readOnAll(members, quorum), readOnAll(members, corosyncLinks)])
  return {
    rings: rings.map(([, state]) => state?.ringId),
    links: new Map(
      links.flatMap(([{ name }, states]) =>
        (states ?? []).flatMap(({ link, peers }) =>
          peers.map(({ nodeId, connected }) => [`${name} ${link} ${nodeId}`, connected] as const),
        ),
      ),
    ),
  }
}

/** Whether all of these nodes are in one ring. */
export function isOneRing({ rings }: Pick<RingView, 'rings'>): boolean {
  return rings[0] !== undefined && new Set(rings).size === 1
}

/** `node1 1.d, node2 in none` */
export function ringsText(running: CorosyncState[], { rings }: Pick<RingView, 'rings'>): string {
  return running.map(({ member }, at) => `${member.name} ${rings[at] ?? 'in none'}`).join(', ')
}

/**
 * Waits until the ring has been one, with its links up, for one and a half times the token: a node that cannot read the others
 * loses its links before, although the ring changes only after token and consensus. A ring that breaks is waited for.
 *
 * @returns for how many seconds the ring was broken, to a quarter of a second, since the call if it was not one before; 0 if it is still the same ring.
 * @throws TaskError if it does not become one again.
 */
export async function untilRingHolds(
  running: CorosyncState[],
  before: RingView,
  { abandon, progress }: Scope,
): Promise<number> {
  const timers = await totemTimers(running[0]!)
  const holdMs = timers.tokenMs * 1.5
  let wholeSince = performance.now()
  let brokenAt = isOneRing(before) ? undefined : wholeSince
  let brokenMs = 0
  let { rings } = before
  await until(
    `the ring to hold for ${holdMs / 1000} s`,
    Math.ceil((holdMs * 2 + (timers.tokenMs + timers.consensusMs) * 2) / 1000) + mergeSeconds,
    async report => {
      for (const { member } of running) member.changed()
      const view = await ringView(running)
      const now = performance.now()
      rings = view.rings
      if (!isOneRing(view) || isAnyLost(before.links, view.links)) {
        brokenAt ??= now
        report(`it broke: ${ringsText(running, view)}`)
        return undefined
      }
      if (brokenAt !== undefined) {
        brokenMs += now - brokenAt
        brokenAt = undefined
        wholeSince = now
      }
      return now - wholeSince >= holdMs || undefined
    },
    {
      hint: '`corosync-quorumtool -s` and `journalctl -u corosync` on every node show who is missing',
      abandon,
      progress,
    },
  )
  return rings.every((ring, at) => ring === before.rings[at]) ? 0 : brokenMs / 1000
}

/** The reload may have changed the timers: the longer ones decide when a silent node counts as lost. */
async function totemTimers({ member, cmap: before }: CorosyncState): Promise<{ tokenMs: number; consensusMs: number }> {
  const cmaps = [before, await member.readAgain(runningCmap)]
  const longest = (timer: string, otherwise: number) =>
    Math.max(...cmaps.map(cmap => Number(cmap?.get(`runtime.config.totem.${timer}`)?.value ?? otherwise)))
  const tokenMs = longest('token', 3000)
  return { tokenMs, consensusMs: longest('consensus', tokenMs * 1.2) }
}

function isAnyLost(before: RingView['links'], now: RingView['links']): boolean {
  return [...now].some(([link, isUp]) => !isUp && before.get(link) === true)
}

/** Ignores links to nodes whose Corosync is stopped, and links that were down before the reload. */
export async function untilLinksConnected(
  running: CorosyncState[],
  before: RingView['links'],
  { abandon, progress }: Scope,
): Promise<void> {
  const hint =
    'check that each node has its address on every link and that UDP is open there; `corosync-cfgtool -s` shows the missing peer'
  const ids = running.map(({ quorum: state }) => state?.nodeId)
  await until(
    'all links to be connected',
    linkTimeoutSeconds,
    async report => {
      const views = await Promise.all(
        running.map(async ({ member: { name }, member }) => {
          const links = await member.readAgain(corosyncLinks)
          return {
            name,
            up: links?.every(link =>
              isConnected(link, ids, peer => before.get(`${name} ${link.link} ${peer}`) === false),
            ),
          }
        }),
      )
      const disconnected = views.filter(({ up }) => !up)
      report(`not yet on ${disconnected.map(({ name }) => name).join(', ')}`)
      return disconnected.length === 0 ? true : undefined
    },
    { hint, abandon, progress },
  )
}

function isConnected(
  { peers, faulty }: Link,
  ids: (number | undefined)[],
  wasDown: (peer: number) => boolean,
): boolean {
  return (
    faulty !== true && peers.every(({ nodeId, connected }) => connected || !ids.includes(nodeId) || wasDown(nodeId))
  )
}
