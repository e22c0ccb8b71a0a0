import { TaskError } from '../../errors.js'
import { candidateOf, commitScript, stageScript, type FileAttributes, type Validate } from '../../tasks/write-file.js'
import { attributeDifferences, sha256 } from '../../tasks/file.js'
import { sh } from '../../ssh/quote.js'
import { Secret } from '../../secret.js'
import type { Difference } from '../../tasks/difference.js'
import type { FileState } from '../../facts/files.js'
import { on, type ClusterMember } from '../members.js'

export const confPath = '/etc/corosync/corosync.conf'
export const keyPath = '/etc/corosync/authkey'

export const confAttributes: FileAttributes = { mode: '0644', owner: 'root:root' }
export const keyAttributes: FileAttributes = { mode: '0400', owner: 'root:root' }

/**
 * `corosync -t` reads the candidate as the daemon would, and ends with 8 where it would not start. It wants a key
 * for that; before there is one, it gets a copy that names a worthless one.
 */
export const validateConf: Validate = candidate => sh`if [ -e ${keyPath} ]; then corosync -t -c ${candidate}; else
  head -c 256 /dev/zero >${`${candidate}.key`}
  { cat ${candidate}; printf 'totem {\nkeyfile: %s\n}\n' ${`${candidate}.key`}; } >${`${candidate}.check`}
  code=0; corosync -t -c ${`${candidate}.check`} || code=$?
  rm -f -- ${`${candidate}.key`} ${`${candidate}.check`}; [ $code = 0 ] || exit $code
fi`

/**
 * Replaces a file that must be the same everywhere: staged and checked beside the old one on every node, compared,
 * and only then renamed on all (rule 9.1). Interrupted before the renames it has changed nothing.
 */
export async function replaceOnAll(
  touched: ClusterMember[], path: string, content: string | Secret, attributes: FileAttributes, validate?: Validate,
): Promise<void> {
  await stageOnAll(touched, path, content, attributes, validate)
  await commitOnAll(touched, path)
}

/** The first half: nothing is in place yet, and where one node cannot take the file, no node keeps it. */
export async function stageOnAll(
  touched: ClusterMember[], path: string, content: string | Secret, attributes: FileAttributes, validate?: Validate,
): Promise<void> {
  const candidate = candidateOf(path)
  const hash = content instanceof Secret ? content.hash : sha256(content)
  try {
    await Promise.all(touched.map(async ({ $, name }) => {
      await $({ input: content }).script(stageScript(path, candidate, attributes, validate))
      const { stdout } = await $`sha256sum -- ${candidate}`
      if (!stdout.startsWith(hash)) throw new TaskError(`${name} holds another ${path} than was sent`)
    }))
  } catch (error) {
    await forgetStaged(touched, path)
    throw error
  }
}

/** The second half: what was staged is put in place. */
export async function commitOnAll(touched: ClusterMember[], path: string): Promise<void> {
  await Promise.all(touched.map(({ $ }) => $.script(`set -e\n${commitScript(path, candidateOf(path))}`)))
}

/** In place of the second half. */
export async function forgetStaged(touched: ClusterMember[], path: string): Promise<void> {
  await Promise.allSettled(touched.map(({ $ }) => $`rm -f -- ${candidateOf(path)}`))
}

/** Nodes on which the file is there, with another mode or owner. */
export function withWrongAttributes(
  path: string, attributes: FileAttributes, states: [ClusterMember, FileState | undefined][],
): { member: ClusterMember; differences: Difference[] }[] {
  return states
    .map(([member, state]) => ({ member, differences: attributeDifferences(on(path, [member]), state, attributes) }))
    .filter(({ differences }) => differences.length > 0)
}

/** Corrects mode and owner where the content is right. */
export async function correctAttributes(touched: ClusterMember[], path: string, { mode, owner }: FileAttributes): Promise<void> {
  await Promise.all(touched.map(({ $ }) => $`chmod ${mode} -- ${path} && chown ${owner} -- ${path}`))
}

/** What Corosync 3.1.2's own corosync-keygen makes; longer keys fail under FIPS (cluster-facts C4). */
const keyBytes = 256

/** Made by the node, as corosync-keygen does: from its kernel's random numbers. */
export async function makeKey({ $ }: ClusterMember): Promise<Secret> {
  const { stdout } = await $({ secretOutput: true })`head -c ${keyBytes} /dev/urandom | base64 -w0`
  return new Secret(Buffer.from(stdout, 'base64'))
}
