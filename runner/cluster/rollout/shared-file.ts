import { TaskError } from '../../errors.js'
import { candidateOf, commitFile, stageFile, type FileAttributes, type Validate } from '../../tasks/write-file.js'
import { attributeDifferences } from '../../tasks/file.js'
import { sha256 } from '../../hash.js'
import { sh } from '../../ssh/quote.js'
import { Secret } from '../../secret.js'
import type { Difference } from '../../tasks/difference.js'
import { fileState, type FileState } from '../../facts/files.js'
import { keyPath } from '../corosync/files.js'
import { onNodes, readOnAll, type ClusterMember } from '../members.js'

/**
 * Validates a candidate with `corosync -t`, which reads it as the daemon would and exits with 8 if the daemon would not
 * start. The check needs an authkey. Until there is one, it runs on a copy of the candidate that names a dummy key.
 */
export const validateConf: Validate = candidate => sh`if [ -e ${keyPath} ]; then corosync -t -c ${candidate}; else
  head -c 256 /dev/zero >${`${candidate}.key`}
  { cat ${candidate}; printf 'totem {\nkeyfile: %s\n}\n' ${`${candidate}.key`}; } >${`${candidate}.check`}
  code=0; corosync -t -c ${`${candidate}.check`} || code=$?
  rm -f -- ${`${candidate}.key`} ${`${candidate}.check`}; [ $code = 0 ] || exit $code
fi`

/**
 * Replaces a file that must be the same on all nodes (docs/safety.md): every node stages and validates the new file
 * beside the old one, and only if all of them succeed is it renamed on all. An interruption before the renames changes
 * nothing.
 */
export async function replaceOnAll(
  members: ClusterMember[],
  path: string,
  content: string | Secret,
  attributes: FileAttributes,
  validate?: Validate,
): Promise<void> {
  await stageOnAll(members, path, content, attributes, validate)
  await commitOnAll(members, path)
}

/** Stages the new file on all nodes. If one node cannot stage it, it is removed from all. */
export async function stageOnAll(
  members: ClusterMember[],
  path: string,
  content: string | Secret,
  attributes: FileAttributes,
  validate?: Validate,
): Promise<void> {
  const candidate = candidateOf(path)
  const hash = content instanceof Secret ? content.hash : sha256(content)
  try {
    await Promise.all(
      members.map(async ({ $, name }) => {
        await $({ input: content })`${stageFile(path, candidate, attributes, validate)}`
        const { stdout } = await $`sha256sum -- ${candidate}`
        if (!stdout.startsWith(hash)) throw new TaskError(`${path} on ${name} differs from what was sent`)
      }),
    )
  } catch (error) {
    await discardStaged(members, path)
    throw error
  }
}

/** Renames the staged file to its place on all nodes. */
export async function commitOnAll(members: ClusterMember[], path: string): Promise<void> {
  await Promise.all(
    members.map(
      ({ $ }) => $`set -e
${commitFile(path, candidateOf(path))}`,
    ),
  )
}

/** The nodes on which a run that was killed between the two steps has left its staged file, with that as a difference. */
export async function leftStaged(
  members: ClusterMember[],
  path: string,
): Promise<{ member: ClusterMember; difference: Difference }[]> {
  const states = await readOnAll(members, fileState(candidateOf(path)))
  return states.flatMap(([member, state]) =>
    state
      ? [
          {
            member,
            difference: {
              subject: onNodes(candidateOf(path), [member]),
              from: 'left by an interrupted run',
              to: undefined,
            },
          },
        ]
      : [],
  )
}

/** Removes what `leftStaged` finds. */
export async function discardLeft(members: ClusterMember[], path: string): Promise<void> {
  const left = await leftStaged(members, path)
  await discardStaged(
    left.map(({ member }) => member),
    path,
  )
}

/** Removes the staged file from all nodes. */
export async function discardStaged(members: ClusterMember[], path: string): Promise<void> {
  await Promise.allSettled(members.map(({ $ }) => $`rm -f -- ${candidateOf(path)}`))
}

/** The nodes on which the file exists with a wrong mode or owner. */
export function withWrongAttributes(
  path: string,
  attributes: FileAttributes,
  states: [ClusterMember, FileState | undefined][],
): { member: ClusterMember; differences: Difference[] }[] {
  return states
    .map(([member, state]) => ({
      member,
      differences: attributeDifferences(onNodes(path, [member]), state, attributes),
    }))
    .filter(({ differences }) => differences.length > 0)
}

/** Sets mode and owner of a file whose content is right. */
export async function correctAttributes(
  members: ClusterMember[],
  path: string,
  { mode, owner }: FileAttributes,
): Promise<void> {
  await Promise.all(members.map(({ $ }) => $`chmod ${mode} -- ${path} && chown ${owner} -- ${path}`))
}
