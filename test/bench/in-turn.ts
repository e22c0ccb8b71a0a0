import { rounded, type Measured } from './measure.js'
import type { Exact, Run, Series, ToolName, WorkName } from './results.js'

export type WithoutMachine = Omit<Series, 'machine'>

/** Settings of a benchmark that all works share. */
export interface Bench {
  /** Runs of each tool, in place of the default numbers. */
  rounds: number | undefined
  signal: AbortSignal
  say: (line: string) => void
  /** Receives each measured series. */
  take: (series: WithoutMachine) => void
}

/** One tool's part in a work. */
export interface Turn {
  tool: ToolName
  rounds: number
  attempt: () => Promise<Measured & { kilobytesPerNode?: number }>
  exact?: Exact
}

/** Runs the tools in turn, so that other work of this machine affects all of them alike. */
export async function inTurn(bench: Bench, work: WorkName, nodes: number, turns: Turn[]): Promise<void> {
  const runs = new Map(turns.map(turn => [turn, [] as Run[]]))
  const counts = turns.map(turn => bench.rounds ?? turn.rounds)
  for (let round = 1; round <= Math.max(...counts); round += 1) {
    for (const [at, turn] of turns.entries()) {
      if (round > counts[at]!) continue
      const { run, kilobytesPerNode } = await turn.attempt()
      runs
        .get(turn)!
        .push(kilobytesPerNode === undefined ? run : { ...run, kilobytesPerNode: rounded(kilobytesPerNode, 1) })
      bench.say(
        `${work}  ${nodes === 0 ? '' : `${nodes} nodes  `}${turn.tool} ${round}/${counts[at]}: ${run.seconds.toFixed(3)} s`,
      )
    }
  }
  const date = new Date().toISOString().slice(0, 10)
  for (const [{ tool, exact }, done] of runs)
    bench.take({ work, tool, nodes, date, runs: done, ...(exact && { exact }) })
}
