/* oxlint-disable typescript/no-unsafe-type-assertion -- the file is written here */
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { DrillRoundEvent } from '../../../roles/drill/events.js'
import { figuresOf } from '../../../runner/ui/figures.js'

/** What `npm run test:drills` has measured, and the page that it writes: docs/drills.md. */

const resultsFile = 'test/end-to-end/drills/results.json'
const page = 'docs/drills.md'

export type Layout = 'single' | 'cloned'

/** The figures of a round that the page shows. */
type Figures = Pick<
  DrillRoundEvent,
  | 'outage_ms'
  | 'detected_ms'
  | 'node'
  | 'fenced'
  | 'fenced_ms'
  | 'fencing_failed_ms'
  | 'address_free_ms'
  | 'duplicate_address_ms'
>

/** One run: by fault and layout, and the rounds of a race. */
export interface Measured {
  date: string
  /** The release and the packages of the nodes. */
  versions: string
  processors: number
  /** What else a reader has to know, as a sentence without its end. */
  note?: string
  rounds: Record<string, Partial<Record<Layout, Figures>>>
  races?: Partial<Record<Layout, Figures[]>>
}

export type Kind = 'without' | 'with'

export function newMeasured(versions: string): Measured {
  return { date: new Date().toISOString().slice(0, 10), versions, processors: availableParallelism(), rounds: {} }
}

export function figuresIn(round: DrillRoundEvent): Figures {
  const { outage_ms, detected_ms, node, fenced, fenced_ms, fencing_failed_ms, address_free_ms, duplicate_address_ms } =
    round
  return { outage_ms, detected_ms, node, fenced, fenced_ms, fencing_failed_ms, address_free_ms, duplicate_address_ms }
}

/** Keeps what was measured, and writes the page anew. */
export async function record(kind: Kind, measured: Measured): Promise<void> {
  const results = JSON.parse(await readFile(resultsFile, 'utf8')) as Partial<Record<Kind, Measured>>
  results[kind] = measured
  await writeFile(resultsFile, `${JSON.stringify(results, undefined, 1)}\n`)
  await writeFile(page, pageText(results))
}

export function pageText(results: Partial<Record<Kind, Measured>>): string {
  const kinds = [
    ['Without fencing', results.without],
    ['With fencing', results.with],
  ] as const
  return `# Drills: all faults, in both layouts, without and with fencing

One round of each fault on the node with the floating IP, measured by the drills of \`npm run test:drills\` on a lab of two nodes with a token of 3 s.

${kinds.map(([title, measured]) => `- ${title}: ${measured === undefined ? 'not measured' : `${measured.date}, ${measured.versions}; ${measured.processors} processors ran the nodes and the requests for the page${measured.note === undefined ? '' : `; ${measured.note}`}`}.`).join('\n')}

The columns:

- *outage*: from the first failed request to the next good answer.
- *noticed*: when the other node got a new membership, or Pacemaker detected the failure.
- *fenced after*: when the device had reported that the power is off, and which node was fenced.
- *address free for*: how long no node had the floating IP.
- *both held*: how long both nodes had the floating IP. Only fencing prevents this.

With fencing, every node has a plug that cuts its power for 10 s, and \`priority-fencing-delay\` is 5 s: in a cut, the node with the floating
IP fences the other one at once, and visitors notice nothing. A node that hangs has the floating IP too, so the other one waits those 5 s,
besides the token (3 s) and the consensus (3.6 s), before it fences and takes over.
${layoutTables('single', results)}${layoutTables('cloned', results)}${raceTable(results.with)}`
}

function layoutTables(layout: Layout, { without, with: fenced }: Partial<Record<Kind, Measured>>): string {
  const names = [...new Set([...Object.keys(without?.rounds ?? {}), ...Object.keys(fenced?.rounds ?? {})])]
  const rows = names.flatMap(name => {
    const [plain, safe] = [without?.rounds[name]?.[layout], fenced?.rounds[name]?.[layout]]
    return plain || safe ? [[name, ...plainCells(plain), ...fencedCells(safe)]] : []
  })
  if (rows.length === 0) return ''
  return `
## Layout ${layout}

| fault | without fencing: outage | noticed | both held | with fencing: outage | noticed | fenced after | address free for | both held |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.map(cells => `| ${cells.join(' | ')} |`).join('\n')}
`
}

const seconds = (ms: number | undefined, none: string) => (ms ? `${(ms / 1000).toFixed(2)} s` : none)

function plainCells(figures: Figures | undefined): string[] {
  if (!figures) return ['', '', '']
  return [
    seconds(figures.outage_ms, 'none'),
    seconds(figures.detected_ms, ''),
    seconds(figures.duplicate_address_ms, 'never'),
  ]
}

function fencedCells(figures: Figures | undefined): string[] {
  if (!figures) return ['', '', '', '', '']
  const { fenced, fenced_ms: after, fencing_failed_ms: failedAfter } = figures
  const failed = failedAfter === undefined ? [] : [`failed after ${seconds(failedAfter, '0 s')}`]
  return [
    seconds(figures.outage_ms, 'none'),
    seconds(figures.detected_ms, ''),
    [...failed, ...(fenced === undefined ? [] : [`${fencedNode(figures)}, ${seconds(after, '')}`])].join(', then ') ||
      '-',
    seconds(figures.address_free_ms, 'never'),
    seconds(figures.duplicate_address_ms, 'never'),
  ]
}

/** Which node was fenced, seen from the drilled one. */
function fencedNode({ node, fenced }: Figures): string {
  return fenced === node ? 'itself' : 'the other'
}

function raceTable(measured: Measured | undefined): string {
  const races = Object.entries(measured?.races ?? {})
  if (races.length === 0) return ''
  const rows = races.map(([layout, rounds]) => {
    const { min, median, max } = figuresOf(rounds.flatMap(({ fenced_ms }) => fenced_ms ?? []))
    const count = (test: (round: Figures) => boolean) => rounds.filter(test).length
    return [
      layout,
      rounds.length,
      count(({ fenced, node }) => fenced !== undefined && fenced !== node && !fenced.includes(',')),
      count(({ fenced, node }) => fenced === node),
      count(({ fenced }) => fenced?.includes(',') === true),
      count(({ duplicate_address_ms }) => duplicate_address_ms > 0),
      count(({ outage_ms }) => outage_ms > 0),
      `${seconds(min, '')} / ${seconds(median, '')} / ${seconds(max, '')}`,
    ]
  })
  return `
## The race of two nodes

In a cut, each of the two nodes tries to fence the other one. Rounds of \`ha-run drill --fault cut --rounds 20\` on the node with the floating IP:

| layout | rounds | the other node fenced | the node with the address fenced | both fenced | both held | with an outage | fenced after: min / median / max |
|---|--:|--:|--:|--:|--:|--:|--:|
${rows.map(cells => `| ${cells.join(' | ')} |`).join('\n')}
`
}
