import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import test from 'ava'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import { cloned, measured, single } from '../drills/faults.js'
import { DrillSite } from '../drills/site.js'
import { labSite, troubles } from '../site-harness.js'

/** `npm run test:drills`: every way for a node to fail in both layouts, for docs/drills.md. */
const { site, onLab } = labSite('matrix', 2, { layout: 'single' })
const drills = new DrillSite(site)
const rows = new Map<string, Partial<Record<'single' | 'cloned', DrillRoundEvent>>>()
let versions = ''

onLab('a cluster that serves', async t => {
  await drills.prepare()
  versions = (
    await site.on(
      'node1',
      `. /etc/os-release; printf '%s, ' "$PRETTY_NAME"; dpkg-query -W -f '\${Package} \${Version}, ' corosync pacemaker`,
    )
  ).replace(/, $/, '')
  t.truthy(await drills.holder())
})

for (const [layout, faults] of [
  ['single', single],
  ['cloned', cloned],
] as const) {
  if (layout === 'cloned') {
    onLab('the same cluster in the cloned layout', async t => {
      drills.inventory = await site.inventory('cloned.yml', cluster => {
        cluster['layout'] = 'cloned'
      })
      const run = await site.run(['site'], { inventory: drills.inventory })
      t.is(run.exitCode, 0, troubles(run))
    })
  }
  for (const [name, fault] of Object.entries(faults)) {
    onLab(`${layout}, ${name}`, async t => {
      rows.set(name, { ...rows.get(name), [layout]: await measured(t, drills, fault) })
    })
  }
}

const seconds = (ms: number | undefined, none: string) => (ms ? `${(ms / 1000).toFixed(2)} s` : none)
const cells = (round: DrillRoundEvent | undefined) =>
  round
    ? [seconds(round.outage_ms, 'none'), seconds(round.detected_ms, ''), seconds(round.duplicate_address_ms, 'never')]
    : ['', '', '']

test.after(async () => {
  if (rows.size < Object.keys(single).length) return
  const table = [...rows].map(([name, row]) => `| ${[name, ...cells(row.single), ...cells(row.cloned)].join(' | ')} |`)
  await writeFile(
    'docs/drills.md',
    `# Drills: all faults, in both layouts

One round of each fault, measured on ${new Date().toISOString().slice(0, 10)} by \`npm run test:drills\` on a lab of two nodes (${versions}) with fencing disabled and
a token of 3 s; ${availableParallelism()} processors ran the nodes and the requests for the page.

- *outage*: from the first failed request to the next good answer.
- *noticed*: when the other node got a new membership, or Pacemaker detected the failure.
- *duplicate*: how long both nodes had the floating IP. Only fencing prevents this.

| fault | single: outage | noticed | duplicate | cloned: outage | noticed | duplicate |
|---|--:|--:|--:|--:|--:|--:|
${table.join('\n')}
`,
  )
})
