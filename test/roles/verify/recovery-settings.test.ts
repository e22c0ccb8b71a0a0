import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { recoveryVerdict } from '../../../roles/verify/recovery-settings.js'
import { withoutDefaults } from '../../../runner/cluster/adoption/foreign-cluster.js'
import { clusterOf } from '../corosync/cluster.js'

/** The declaration in addition to the defaults, the running cluster, and the verdict. */
const schema = z.strictObject({
  declared: z.record(z.string(), z.unknown()).default({}),
  foreign: z.boolean().default(false),
  cib: z.string(),
  links: z.number().optional(),
  status: z.enum(['ok', 'warning']),
  evidence: z.string(),
  /** What each part of a warning's hint has, in their order. */
  advice: z.array(z.string()).default([]),
})

const folder = join('test', 'cases', 'verify', 'recovery')
for (const file of readdirSync(folder).toSorted()) {
  const { declared, foreign, cib, links, status, evidence, advice } = schema.parse(
    load(readFileSync(join(folder, file), 'utf8')),
  )
  test(`recovery settings: ${file.replace('.yml', '')}`, t => {
    const cluster = clusterOf(declared)
    const verdict = recoveryVerdict(foreign ? withoutDefaults(cluster) : cluster, cib, links)
    t.deepEqual({ status: verdict.status, evidence: verdict.evidence }, { status, evidence })
    if (status === 'ok') t.regex(verdict.hint!, /resource_defaults/)
    const parts = status === 'ok' ? [] : verdict.hint!.split('; ')
    t.is(parts.length, advice.length, verdict.hint)
    for (const [at, part] of parts.entries()) t.true(part.includes(advice[at]!), part)
  })
}
