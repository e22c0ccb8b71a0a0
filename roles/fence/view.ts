import { exitCodes } from '../../runner/errors.js'
import type { EventView } from '../../runner/ui/event-view.js'
import { oneLine } from '../../runner/ui/text.js'

/** Shows what a fencing has done. */
export const fenceView: EventView = {
  plainLines: () => [],
  summaryLines: ({ tasks }, style) => {
    const done = tasks.filter(({ role, status }) => role === 'fence' && status === 'ok')
    const sentences = done.flatMap(({ effects = [] }) => effects)
    return sentences.length === 0
      ? []
      : [style.strong('Fencing'), ...sentences.map(sentence => `  ${oneLine(sentence)}`)]
  },
  verdict({ tasks, summary }, usual) {
    if (tasks.length === 0 || tasks.some(({ role }) => role !== 'fence')) return undefined
    if (summary?.exit === exitCodes.failed) return { verdict: 'not done', tone: 'bad' }
    if (summary?.exit !== exitCodes.ok) return usual
    return tasks.some(({ status }) => status === 'ok')
      ? { verdict: 'done', tone: 'good' }
      : { verdict: 'nothing was done', tone: 'careful' }
  },
}
