import { main } from './ha-run.js'
import { inTurn, type Bench } from './in-turn.js'
import { measure } from './measure.js'
import { rounds } from './works.js'

/** (h): how long people wait before ha-run says its first word, beside a Node that does nothing. */
export async function helpWork(bench: Bench): Promise<void> {
  const timed =
    (...words: string[]) =>
    async () => {
      const measured = await measure([process.execPath, ...words], bench)
      if (measured.exitCode !== 0) throw new Error(`node ${words.join(' ')}: ${measured.stderr}`)
      return measured
    }
  await inTurn(bench, 'h', 0, [
    { tool: 'node', rounds: rounds.tiny, attempt: timed('-e', '0') },
    { tool: 'ha-run', rounds: rounds.tiny, attempt: timed(main, '--help') },
  ])
}
