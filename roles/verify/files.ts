import { confPath, keyPath } from '../../runner/cluster/corosync/files.js'
import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { flatten } from '../../runner/cluster/corosync/settings.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { fileDifferences, inForceValue, sameValue } from '../../runner/cluster/corosync/setting-differences.js'
import { loadedKeyEntry, notInForce, readConf, readCorosyncState } from '../../runner/cluster/corosync/state.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import { wantedConf } from '../../runner/cluster/corosync/wanted-conf.js'
import type { Difference, Verdict } from '../../runner/tasks/index.js'
import { sha256 } from '../../runner/hash.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { fingerprint } from '../../runner/secret.js'
import { mismatch, corosyncNotAnswering, verdict, type Violation } from './verdict.js'

const shortHash = (hash: string) => `sha256:${hash.slice(0, 12)}`

export async function sameConf({ members }: Scope): Promise<Verdict> {
  const texts = await readOnAll(members, fileText(confPath))
  const hashes = texts.map(([{ name }, text]): [string, string] => [
    name,
    text === undefined ? 'missing' : shortHash(sha256(text)),
  ])
  const violations = hashes.some(([, hash]) => hash !== 'missing')
    ? mismatch(confPath, hashes)
    : [`${confPath} is missing on all nodes`]
  return verdict(
    violations,
    `${hashes[0]?.[1]} on ${hashes.length} nodes`,
    '`ha-run corosync` writes the declared file on every node; do not reload or restart Corosync before',
  )
}

export async function sameAuthkey({ members }: Scope): Promise<Verdict> {
  const states = await readOnAll(members, fileState(keyPath))
  const hashes = states.map(([{ name }, state]): [string, string] => [
    name,
    state?.hash === undefined ? 'missing' : fingerprint(state.hash),
  ])
  const isMissing = hashes.every(([, hash]) => hash === 'missing')
  if (
    isMissing &&
    (await readOnAll(members, runningCmap)).every(
      ([, cmap]) => cmap && inForceValue('totem.crypto_cipher', cmap) === 'none',
    )
  )
    return verdict([], 'the ring is not encrypted and has no authkey', '')
  const violations = isMissing ? [`${keyPath} is missing on all nodes`] : mismatch(keyPath, hashes)
  return verdict(
    violations,
    `${hashes[0]?.[1]} on ${hashes.length} nodes`,
    '`ha-run authkey` writes the loaded authkey on every node; do not reload or restart Corosync before',
  )
}

/** Compares setting by setting, since comments do not matter. */
export function confAsDeclared(cluster: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const texts = await readOnAll(members, fileText(confPath))
    if (cluster.foreign)
      return declaredSettingsInFiles(
        cluster,
        texts.map(([{ name }, text]) => [name, text]),
      )
    const wanted = flatten(
      parseCorosyncConf(
        wantedConf(
          cluster,
          texts.map(([{ name }, text]) => [name, text]),
        ),
      ),
    )
    const violations = texts.flatMap(([{ name }, text]) =>
      confViolations(text, wanted).map(violation => `${name}: ${violation}`),
    )
    return verdict(
      violations,
      `${wanted.size} settings on ${texts.length} nodes`,
      '`ha-run corosync --check --diff` shows the changes, `ha-run corosync` makes them',
    )
  }
}

/** In a foreign cluster, only explicitly declared settings count. */
function declaredSettingsInFiles({ explicit }: Cluster, texts: [node: string, text: string | undefined][]): Verdict {
  const settings = Object.entries(explicit.corosync).filter(([setting]) =>
    texts.some(([, text]) => text !== undefined && flatten(readConf(text, '')).has(setting)),
  )
  const violations = texts.flatMap(([name, text]) => {
    const file = text === undefined ? undefined : flatten(readConf(text, name))
    if (!file) return [`${name}: ${confPath} is missing`]
    return settings
      .filter(([setting, value]) => !sameValue(file.get(setting), value))
      .map(([setting, value]) => `${name}: ${setting} is ${file.get(setting) ?? 'not set'} and ${value} is declared`)
  })
  return verdict(
    violations,
    settings.length === 0
      ? 'nothing is declared: kept as it was found'
      : `${settings.length} settings on ${texts.length} nodes`,
    '`ha-run corosync --check --diff` shows the changes, `ha-run corosync` makes them and changes nothing else in the file',
  )
}

/** How one node's file differs from the declaration. */
export function confViolations(text: string | undefined, wanted: Map<string, string>): Violation[] {
  if (text === undefined) return [`${confPath} is missing`]
  try {
    return fileDifferences(flatten(parseCorosyncConf(text)), wanted).map(
      ({ subject, from, to }) => `${subject} is ${from ?? 'not set'} and ${to ?? 'not set'} is declared`,
    )
  } catch (error) {
    return [`${confPath} cannot be read: ${(error as Error).message}`]
  }
}

/** Compares the settings in force. After a reload, cmap also shows settings that take effect only at a restart. */
export async function configurationInForce({ members }: Scope): Promise<Verdict> {
  const nodes = await readCorosyncState(members)
  const violations = nodes.flatMap(({ member: { name }, conf, cmap, keyHash }) => {
    if (!cmap) return [`${name}: ${corosyncNotAnswering}`]
    const loadedKeyHash = cmap.get(loadedKeyEntry)?.value
    const otherKey =
      loadedKeyHash === undefined || loadedKeyHash === keyHash
        ? []
        : [
            `the authkey in force is ${fingerprint(loadedKeyHash)}, and ${keyPath} is ${keyHash === undefined ? 'missing' : fingerprint(keyHash)}`,
          ]
    return [
      ...(conf === undefined ? [`${confPath} is missing`] : notInForce(conf, cmap, name).map(inForceViolation)),
      ...otherKey,
    ].map(violation => `${name}: ${violation}`)
  })
  return verdict(
    violations,
    `${confPath} and ${keyPath}, on ${nodes.length} nodes`,
    '`ha-run corosync authkey` loads them, by a reload if possible, or else by restarting one node after the other',
  )
}

function inForceViolation({ subject, from, to }: Difference): Violation {
  return `${subject} is ${to ?? 'not set'} in the file and ${from ?? 'not set'} in force`
}
