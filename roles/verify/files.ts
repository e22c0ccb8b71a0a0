import { confPath, keyPath } from '../../runner/cluster/corosync/files.js'
import { parseCorosyncConf } from '../../runner/cluster/corosync/conf.js'
import { flatten } from '../../runner/cluster/corosync/settings.js'
import type { Cluster } from '../../runner/cluster/declaration/declaration.js'
import { runningCmap } from '../../runner/cluster/corosync/facts.js'
import { fileDifferences, inForceValue, sameValue } from '../../runner/cluster/corosync/setting-differences.js'
import { loadedKeyEntry, notInForce, readConf, readCorosyncState } from '../../runner/cluster/corosync/state.js'
import { readOnAll, type Scope } from '../../runner/cluster/members.js'
import { wantedConf } from '../../runner/cluster/corosync/wanted-conf.js'
import { sha256 } from '../../runner/tasks/file.js'
import type { Difference } from '../../runner/tasks/difference.js'
import type { Verdict } from '../../runner/tasks/task.js'
import { fileState, fileText } from '../../runner/facts/files.js'
import { fingerprint } from '../../runner/secret.js'
import { differing, silentCorosync, verdict, type Complaint } from './views.js'

/** A hash as people compare it. */
const short = (hash: string) => `sha256:${hash.slice(0, 12)}`

export async function sameConf({ members }: Scope): Promise<Verdict> {
  const texts = await readOnAll(members, fileText(confPath))
  const hashes = texts.map(([{ name }, text]): [string, string] => [name, text === undefined ? 'missing' : short(sha256(text))])
  const complaints = hashes.some(([, hash]) => hash !== 'missing') ? differing(confPath, hashes) : [`${confPath} is missing on all nodes`]
  return verdict(complaints, `${hashes[0]?.[1]} on ${hashes.length} nodes`, '`ha-run corosync` gives every node the declared file; until then, reload and restart nothing')
}

export async function sameKey({ members }: Scope): Promise<Verdict> {
  const states = await readOnAll(members, fileState(keyPath))
  const hashes = states.map(([{ name }, state]): [string, string] => [name, state?.hash === undefined ? 'missing' : fingerprint(state.hash)])
  const isMissing = hashes.every(([, hash]) => hash === 'missing')
  if (isMissing && (await readOnAll(members, runningCmap)).every(([, cmap]) => cmap && inForceValue('totem.crypto_cipher', cmap) === 'none')) return verdict([], 'the ring is not encrypted, and has no key', '')
  const complaints = isMissing ? [`${keyPath} is missing on all nodes`] : differing(keyPath, hashes)
  return verdict(complaints, `${hashes[0]?.[1]} on ${hashes.length} nodes`, '`ha-run authkey` gives every node the key that is loaded; until then, reload and restart nothing')
}

/** Key by key: a comment more or less declares nothing. */
export function confAsDeclared(cluster: Cluster) {
  return async ({ members }: Scope): Promise<Verdict> => {
    const texts = await readOnAll(members, fileText(confPath))
    if (cluster.foreign) return saidInFiles(cluster, texts.map(([{ name }, text]) => [name, text]))
    const wanted = flatten(parseCorosyncConf(wantedConf(cluster, texts.map(([{ name }, text]) => [name, text]))))
    const complaints = texts.flatMap(([{ name }, text]) => confComplaints(text, wanted).map(complaint => `${name}: ${complaint}`))
    return verdict(complaints, `${wanted.size} keys on ${texts.length} nodes`, '`ha-run corosync --check --diff` shows how they would change, `ha-run corosync` brings them in')
  }
}

/** In a cluster that was found, only explicitly declared settings count. */
function saidInFiles({ explicit }: Cluster, texts: [node: string, text: string | undefined][]): Verdict {
  const settings = Object.entries(explicit.corosync).filter(([setting]) => texts.some(([, text]) => text !== undefined && flatten(readConf(text, '')).has(setting)))
  const complaints = texts.flatMap(([name, text]) => {
    const file = text === undefined ? undefined : flatten(readConf(text, name))
    if (!file) return [`${name}: ${confPath} is missing`]
    return settings.filter(([setting, value]) => !sameValue(file.get(setting), value)).map(([setting, value]) => `${name}: ${setting} is ${file.get(setting) ?? 'not set'} and ${value} is declared`)
  })
  return verdict(complaints, settings.length === 0 ? 'nothing is declared: kept as it was found' : `${settings.length} settings on ${texts.length} nodes`, '`ha-run corosync --check --diff` shows how the file would change, `ha-run corosync` changes it and nothing else in it')
}

/** What one node's file says otherwise. */
export function confComplaints(text: string | undefined, wanted: Map<string, string>): Complaint[] {
  if (text === undefined) return [`${confPath} is missing`]
  try {
    return fileDifferences(flatten(parseCorosyncConf(text)), wanted).map(({ subject, from, to }) => `${subject} is ${from ?? 'not set'} and ${to ?? 'not set'} is declared`)
  } catch (error) {
    return [`${confPath} cannot be read: ${(error as Error).message}`]
  }
}

/** By what is in force, not by what cmap shows alone: a reload puts keys there that only a restart takes up. */
export async function corosyncRunsItsFiles({ members }: Scope): Promise<Verdict> {
  const loaded = await readCorosyncState(members)
  const complaints = loaded.flatMap(({ member: { name }, conf, cmap, keyHash }) => {
    if (!cmap) return [`${name}: ${silentCorosync}`]
    const noted = cmap.get(loadedKeyEntry)?.value
    const otherKey = noted === undefined || noted === keyHash ? [] : [`it runs with ${fingerprint(noted)}, and ${keyPath} is ${keyHash === undefined ? 'missing' : fingerprint(keyHash)}`]
    return [...conf === undefined ? [`${confPath} is missing`] : notInForce(conf, cmap, name).map(inForceComplaint), ...otherKey].map(complaint => `${name}: ${complaint}`)
  })
  return verdict(complaints, `${confPath} and ${keyPath}, on ${loaded.length} nodes`, '`ha-run corosync authkey` loads them, live where that can be and else node by node')
}

function inForceComplaint({ subject, from, to }: Difference): Complaint {
  return `${subject} is ${to ?? 'not set'} in the file, and it runs with ${from ?? 'none'}`
}
