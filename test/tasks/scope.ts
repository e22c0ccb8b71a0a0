import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { load } from 'js-yaml'
import type { z } from 'zod'
import type { Difference } from '../../runner/tasks/difference.js'
import type { Finding, NodeTask } from '../../runner/tasks/task.js'
import type { NodeScope } from '../../runner/tasks/scope.js'
import { FactReader } from '../../runner/facts/reader.js'
import { remote } from '../../runner/ssh/remote.js'
import { formerOf } from '../../runner/tasks/former.js'
import { Member } from '../../runner/tasks/member.js'
import type { NodeConnection } from '../../runner/ssh/node-connection.js'
import { noConsent } from '../engine/cluster.js'
import { localNode } from '../ssh/local-shell.js'

/** A folder that goes with the test, and so do the former texts of its files. */
export function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ha-run-blocks-'))
  t.teardown(() => {
    for (const path of [folder, formerOf(folder)]) rmSync(path, { recursive: true, force: true })
  })
  return folder
}

/** What a task works with, over a shell on this machine. */
export function localScope(t: ExecutionContext): NodeScope & { reader: FactReader } {
  const place = localNode(t)
  const reader = new FactReader(place)
  const member = new Member({ name: place.name, connection: { host: place.name } }, place as unknown as NodeConnection)
  return {
    $: remote(place),
    read: async fact => reader.read(fact),
    reader,
    consent: noConsent,
    member,
    apart: [],
    abandon: new AbortController().signal,
    progress: () => {},
  }
}

/** Checks, applies what differs, and checks again, as a run does. */
export async function applyTask(
  task: NodeTask,
  scope: ReturnType<typeof localScope>,
): Promise<{ before: Finding; after: Finding }> {
  scope.reader.forget()
  const before = await task.check(scope)
  if (Array.isArray(before) && before.length > 0) await task.apply(scope, before)
  scope.reader.forget()
  return { before, after: await task.check(scope) }
}

/** `subject: from -> to`, with `-` where a side is absent. */
export function said(finding: Finding): string | string[] {
  if (!Array.isArray(finding)) return finding.reason
  return finding.map(({ subject, from, to }: Difference) => `${subject}: ${from ?? '-'} -> ${to ?? '-'}`)
}

/** The cases of a building block, by the names of their files. */
export function blockCases<T extends z.ZodType>(block: string, schema: T): [name: string, each: z.output<T>][] {
  const folder = join('test', 'cases', 'blocks', block)
  return readdirSync(folder)
    .toSorted()
    .map(file => [file.replace('.yml', ''), schema.parse(load(readFileSync(join(folder, file), 'utf8')))])
}
