import { Command, InvalidArgumentError } from 'commander'
import { HaRunError, InterruptedError } from '../../runner/errors.js'
import { requireHost } from '../../runner/lab/host.js'
import { clusterWorks, fromBare } from './cluster-works.js'
import { fleetWork } from './fleet-work.js'
import { helpWork } from './help-work.js'
import { hostsWork } from './hosts-work.js'
import type { Bench } from './in-turn.js'
import { machine, requireTools } from './machine.js'
import { publish } from './publish.js'
import { resourcesWork } from './resources-work.js'
import { readResults, resultsFile, type Results, type Series, type WorkName, workNames } from './results.js'
import { targetLines } from './targets.js'
import { few, many } from './works.js'

/** `npm run bench [-- WORK… --rounds N]`: measures, and writes results.json, results.svg and docs/benchmark.md. */

/** The parts of a benchmark, each with a lab of its own, and the works that need it. */
const parts: { works: WorkName[]; measure: (bench: Bench, works: ReadonlySet<WorkName>) => Promise<void> }[] = [
  { works: ['h'], measure: helpWork },
  { works: ['a', 'g'], measure: (bench, works) => clusterWorks(bench, few, works) },
  { works: ['c'], measure: fromBare },
  { works: ['f'], measure: hostsWork },
  { works: ['i'], measure: resourcesWork },
  { works: ['j'], measure: fleetWork },
  { works: ['b', 'd', 'e', 'g'], measure: (bench, works) => clusterWorks(bench, many, works) },
]

const command = new Command('npm run bench --')
  .argument('[works...]', `only these: ${workNames.join(' ')}`, (name: string, list: WorkName[] | undefined) => {
    const known = workNames.find(work => work === name)
    if (known === undefined) throw new InvalidArgumentError(`The works are ${workNames.join(' ')}.`)
    return [...(list ?? []), known]
  })
  .option('--rounds <n>', 'runs of each tool', (text: string) => {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 or more.')
    return Number(text)
  })
  .option('--redraw', 'measure nothing: only write table and picture anew, from results.json')
  .parse()
const options = command.opts<{ rounds?: number; redraw?: true }>()

const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => interrupt.abort(new InterruptedError('interrupted; no lab is left')))

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Measures the given works, and publishes them together with earlier results of the others. */
async function measureAll(old: Results | undefined): Promise<void> {
  await requireHost()
  await requireTools(say)
  const wanted = new Set<WorkName>(command.args.length === 0 ? workNames : command.processedArgs[0])
  const series: Series[] = []
  const here = await machine(interrupt.signal)
  const bench: Bench = {
    rounds: options.rounds,
    signal: interrupt.signal,
    say,
    take: one => series.push({ ...one, machine: here }),
  }
  const started = performance.now()
  let results = old
  for (const { works, measure } of parts) {
    if (!works.some(work => wanted.has(work))) continue
    await measure(bench, wanted)
    // What has been measured stays, also if a later part fails.
    results = await publish(results, { series })
  }
  for (const line of targetLines(results!)) say(line)
  say(`measured in ${((performance.now() - started) / 60_000).toFixed(1)} min`)
}

try {
  const old = readResults(resultsFile)
  if (options.redraw && old) await publish(old, { series: [] })
  else await measureAll(old)
} catch (error) {
  const { output, hint } = error instanceof HaRunError ? error : {}
  process.stderr.write(
    `${[error instanceof Error ? error.message : String(error), output, hint].filter(Boolean).join('\n')}\n`,
  )
  process.exitCode = interrupt.signal.aborted ? 130 : 1
}
