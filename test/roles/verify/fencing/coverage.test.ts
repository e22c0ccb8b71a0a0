import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { load } from 'js-yaml'
import { z } from 'zod'
import { coverageOf, unprovenIn, type FencingView } from '../../../../roles/verify/fencing/coverage.js'
import { coverageVerdict } from '../../../../roles/verify/fencing/enabled.js'
import { stateOf } from '../state.js'

const names = z.array(z.string())

/** Two nodes unless it names others; what they have, and the verdict. */
const schema = z.strictObject({
  about: z.string(),
  nodes: names.default(['node1', 'node2']),
  /** Where each device runs, and whether it has answered there; `pending`: not monitored yet, `none`: no monitor is configured. */
  devices: z.record(z.string(), z.record(z.string(), z.union([z.boolean(), z.enum(['pending', 'none'])]))),
  failed: names.default([]),
  levels: z.record(z.string(), z.array(names)).default({}),
  /** For each node the devices with which it can fence the others. */
  capable: z.record(z.string(), z.record(z.string(), names)),
  asked: z.record(z.string(), z.enum(['answers', 'silent', 'cannot be asked'])).default({}),
  unproven: names.default([]),
  status: z.string(),
  evidence: z.string(),
})

function viewOf({ nodes, devices, failed, levels, capable, asked }: z.infer<typeof schema>): FencingView {
  return {
    nodes,
    devices: Object.entries(devices).map(([id, answers]) => ({
      id,
      agent: 'fence_plug',
      isMonitored: !Object.values(answers).includes('none'),
      monitors: new Map(
        Object.entries(answers).flatMap(([node, answer]) => (typeof answer === 'boolean' ? [[node, answer]] : [])),
      ),
      delays: new Map(),
      randomDelayMs: 0,
    })),
    levels: new Map(Object.entries(levels)),
    state: stateOf({
      resources: Object.fromEntries(Object.entries(devices).map(([id, answers]) => [id, Object.keys(answers)])),
      flags: Object.fromEntries(failed.map(id => [id, { failed: true }])),
      fencing: [],
    }),
    capable: new Map(Object.entries(capable).map(([node, targets]) => [node, new Map(Object.entries(targets))])),
    asked: new Map(Object.entries(asked)),
  }
}

const folder = join('test', 'cases', 'verify', 'fencing')
for (const file of readdirSync(folder).toSorted()) {
  const data = schema.parse(load(readFileSync(join(folder, file), 'utf8')))
  test(`fencing: ${data.about}`, t => {
    const view = viewOf(data)
    t.deepEqual(
      unprovenIn(view).map(({ node, device }) => `${node} ${device.id}`),
      data.unproven,
    )
    t.like(coverageVerdict(coverageOf(view)), { status: data.status, evidence: data.evidence })
  })
}
