import { sha256 } from '../../hash.js'
import { until } from '../../tasks/until.js'
import { TaskError } from '../../errors.js'
import { fileState } from '../../facts/files.js'
import type { Link } from '../corosync/cfgtool.js'
import { confAttributes, confPath, keyPath } from '../corosync/files.js'
import { replaceOnAll, validateConf } from './shared-file.js'
import { recordLoadedKey } from './authkey.js'
import { corosyncLinks, quorum, runningCmap } from '../corosync/facts.js'
import { oldValuePrefix } from '../corosync/in-force.js'
import { loadedKeyEntry, notInForce, type CorosyncState } from '../corosync/state.js'
import { readOnAll, type Scope } from '../members.js'
import type { RolloutPlan } from './rollout-plan.js'

/** Time for knet to bring a new link up: with the default token it pings each peer at least every 1.5 s. */
const linkTimeoutSeconds = 30

/**
 * Applies by a reload what a reload can change. A link whose address changes is removed by a first reload and added
 * again by a second one. After an interruption between the two, the next run finds a file without the link and adds it.
 */
export async function reloadCorosync(scope: Scope, states: CorosyncState[], plan: RolloutPlan): Promise<void> {
  if (plan.recreatedLinks.length > 0) {
    const without = states.map(node => ({ ...node, conf: withoutLinks(node.conf!, plan.recreatedLinks) }))
    await refuseChangedFiles(scope, states)
    await replaceOnAll(
      states.map(({ member }) => member),
      confPath,
      without[0]!.conf,
      confAttributes,
      validateConf,
    )
    await reloadOnce(scope, without, plan)
    await replaceOnAll(
      states.map(({ member }) => member),
      confPath,
      states[0]!.conf!,
      confAttributes,
      validateConf,
    )
  }
  await reloadOnce(scope, states, plan)
}

/** A corosync.conf without the addresses of these links. */
export function withoutLinks(conf: string, links: number[]): string {
  return conf
    .split('\n')
    .filter(line => !links.some(link => line.trim().startsWith(`ring${link}_addr:`)))
    .join('\n')
}

/**
 * One reload, in which every node reads its own file. Checks beforehand that all files are still the same, and
 * afterwards that every node runs with the new values: the exit code is 0 even if Corosync ignored a setting
 * (docs/facts.md, Reload and restart).
 */
async function reloadOnce(scope: Scope, states: CorosyncState[], plan: RolloutPlan): Promise<void> {
  const { leader, abandon, progress } = scope
  await refuseChangedFiles(scope, states)
  const running = states.filter(({ active }) => active)
  const rings = await ringsOf(running)
  refuseSplit(running, rings)
  const connections = await connectionsOf(running)
  await Promise.all(running.map(node => recordOldValues(node, plan)))
  const { $ } = (running.find(({ member }) => member === leader) ?? running[0]!).member
  await $({ timeout: '30s' })`corosync-cfgtool -R`
  for (const { member, conf } of running) {
    await until(
      `${member.name} to run with the new ${confPath}`,
      15,
      async () => {
        const cmap = await member.readAgain(runningCmap)
        const pending = cmap && notInForce(conf!, cmap, member.name).filter(change => isLive(change.subject, plan))
        return pending?.length === 0 ? true : undefined
      },
      { hint: `see \`journalctl -u corosync\` on ${member.name} for errors of the reload`, abandon, progress },
    )
  }
  if (running.some(({ cmap, keyHash }) => cmap?.get(loadedKeyEntry)?.value !== keyHash) || changesCrypto(plan))
    await refuseNewRing(running, rings, scope)
  await Promise.all(
    running.map(async ({ member, keyHash }) => (keyHash === undefined ? undefined : recordLoadedKey(member, keyHash))),
  )
  await waitUntilLinksConnected(running, connections, scope)
}

/**
 * A reload reaches only the nodes of one ring. Nodes of another ring would keep the old settings and could not rejoin.
 */
function refuseSplit(running: CorosyncState[], rings: (string | undefined)[]): void {
  if (rings[0] !== undefined && new Set(rings).size === 1) return
  throw new TaskError(
    `the nodes are not in one ring (${running.map(({ member }, at) => `${member.name} ${rings[at] ?? 'in none'}`).join(', ')}): nothing was loaded`,
    {
      hint: '`corosync-cfgtool -s` on the nodes shows which link is down',
    },
  )
}

/** @throws TaskError if a node is unreachable or its files have changed since they were read. */
export async function refuseChangedFiles({ members }: Pick<Scope, 'members'>, states: CorosyncState[]): Promise<void> {
  if (states.length < members.length || members.some(({ unreachable }) => unreachable)) {
    const missing = members.filter(({ unreachable }) => unreachable).map(({ name }) => name)
    throw new TaskError(`${missing.join(', ')} unreachable: nothing was loaded, because its files cannot be compared`)
  }
  await Promise.all(
    states.map(async ({ member, conf, keyHash }) => {
      const [confNow, keyNow] = await Promise.all([
        member.readAgain(fileState(confPath)),
        member.read(fileState(keyPath)),
      ])
      if (confNow?.hash === sha256(conf!) && keyNow?.hash === keyHash) return
      throw new TaskError(
        `${confPath} or ${keyPath} on ${member.name} was changed by somebody else during this run: nothing was loaded`,
        { hint: 'run again' },
      )
    }),
  )
}

function isLive(setting: string, { effectOf }: RolloutPlan): boolean {
  return effectOf({ subject: setting, from: undefined, to: undefined }).class === 'live reload'
}

/**
 * After a reload, the cmap shows new values that need a restart as if they were applied, so the old ones are recorded
 * (`in-force.ts`).
 */
async function recordOldValues(
  { member: { $, name } }: CorosyncState,
  { changes, effectOf }: RolloutPlan,
): Promise<void> {
  const needRestart =
    changes
      .find(({ member }) => member.name === name)
      ?.changes.filter(change => effectOf(change).class === 'rolling restart') ?? []
  for (const { subject, from } of needRestart) {
    await $`corosync-cmapctl -s ${oldValuePrefix + subject} str ${from === undefined ? '-' : `=${from}`}`
  }
}

async function ringsOf(running: CorosyncState[]): Promise<(string | undefined)[]> {
  return (
    await readOnAll(
      running.map(({ member }) => member),
      quorum,
    )
  ).map(([, state]) => state?.ringId)
}

function changesCrypto({ changes }: RolloutPlan): boolean {
  return changes.some(({ changes: some }) => some.some(({ subject }) => /^totem\.(crypto_|secauth|key)/.test(subject)))
}

/**
 * A node that failed to load a new authkey drops out of the ring once the token is lost, so the ring is watched for
 * that long. Corosync reports such failures itself only from 3.1.9 on (docs/facts.md, Authkey).
 */
async function refuseNewRing(
  running: CorosyncState[],
  rings: (string | undefined)[],
  { abandon, progress }: Scope,
): Promise<void> {
  const [{ member: first, cmap: before }] = running as [CorosyncState]
  // The reload may have changed the token too: the longer of the two decides when a silent node counts as lost.
  const tokenMs = Math.max(
    ...[before, await first.readAgain(runningCmap)].map(cmap =>
      Number(cmap?.get('runtime.config.totem.token')?.value ?? 3000),
    ),
  )
  const end = performance.now() + tokenMs * 1.5
  await until(
    `the ring to stay as it is for ${(tokenMs * 1.5) / 1000} s`,
    (tokenMs * 2) / 1000 + 5,
    async () => {
      for (const { member } of running) member.changed()
      const now = await ringsOf(running)
      if (now.some((ring, at) => ring !== rings[at])) {
        throw new TaskError(`the reload made a new ring: it was ${rings.join(', ')} and is ${now.join(', ')}`, {
          hint: 'see `corosync-quorumtool -s` and `journalctl -u corosync` on every node for who left',
        })
      }
      return performance.now() >= end ? true : undefined
    },
    { abandon, progress },
  )
}

/** Whether each link is up, by node, link number and peer. */
async function connectionsOf(running: CorosyncState[]): Promise<Map<string, boolean>> {
  const links = await readOnAll(
    running.map(({ member }) => member),
    corosyncLinks,
  )
  return new Map(
    links.flatMap(([{ name }, states]) =>
      (states ?? []).flatMap(({ link, peers }) =>
        peers.map(({ nodeId, connected }) => [`${name} ${link} ${nodeId}`, connected] as const),
      ),
    ),
  )
}

/** Ignores links to nodes whose Corosync is stopped, and links that were down before the reload. */
async function waitUntilLinksConnected(
  running: CorosyncState[],
  before: Map<string, boolean>,
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
