/**
 * What Pacemaker's scheduler means to do about the resources, read from the "Transition Summary" that crm_simulate
 * prints the same way from 2.0.5 (Debian 11) to 3.0 (Debian 13); its XML output came with 2.1 only.
 */

/** One thing that happens to a resource on the way to another state. */
export interface Effect {
  kind: 'start' | 'stop' | 'move' | 'restart' | 'other'
  resource: string
  /** The node that it leaves, or where it restarts. */
  from?: string
  /** The node where it starts. */
  to?: string
  /** crm_simulate's own words, for kinds that have none of ours: a promotion, a fencing. */
  words: string
}

const kinds: Record<string, Effect['kind']> = { Start: 'start', Stop: 'stop', Move: 'move', Migrate: 'move', Restart: 'restart', Recover: 'restart' }

/** Reads crm_simulate's output. @throws Error when it has no transition summary: the simulation failed. */
export function parseTransition(output: string): Effect[] {
  const [, summary] = /^Transition Summary:\n([^]*?)(?:\n\n|\nExecuting|$(?![^]))/m.exec(output) ?? []
  if (summary === undefined) throw new Error('crm_simulate printed no transition summary')
  return [...summary.matchAll(/^ *\* (\S+) +(.+)$/gm)].map(([, action = '', rest = '']) => effectOf(action, rest))
}

/** `Move`, `FloatIP     ( node1 -> node2 )`; `Restart`, `WebSite     ( node1 )  due to required FloatIP start`. */
function effectOf(action: string, rest: string): Effect {
  const words = `${action} ${rest.replaceAll(/ +/g, ' ')}`
  if (rest.endsWith('(blocked)')) return { kind: 'other', resource: '', words }
  const [, name = '', from = '', to] = /^(\S+) +\( +(?:\S+ )?(\S+?)(?: -> (?:\S+ )?(\S+))? +\)/.exec(rest) ?? []
  // A failed resource may be recovered elsewhere.
  const kind = action === 'Recover' && to !== undefined ? 'move' : kinds[action] ?? 'other'
  // An anonymous clone's instances are told apart by a number that means nothing.
  const resource = name.replace(/:\d+$/, '')
  if (name === '' || (kind === 'move' && to === undefined)) return { kind: 'other', resource, words }
  if (kind === 'start') return { kind, resource, to: from, words }
  return { kind, resource, from, ...to !== undefined && { to }, words }
}

/**
 * Whether Pacemaker would do anything at all. The summary also lists what it cannot do (a start that waits for a
 * resource which has failed for good), so that the actions themselves count.
 */
export function hasActions(output: string): boolean {
  const executed = output.split(/^Executing cluster transition:$/im)[1]?.split('\n\n')[0] ?? ''
  return /^ *\* (?:Resource action|Fencing|Cluster action)/m.test(executed)
}

/** What will happen, each as a sentence, or that nothing will. */
export function effectSentences(effects: Effect[]): string[] {
  if (effects.length === 0) return ['nothing starts, stops or moves']
  return effects.map(({ kind, resource, from, to, words }) => {
    switch (kind) {
      case 'start': return `${resource} starts on ${to}`
      case 'stop': return `${resource} stops on ${from}`
      case 'move': return `${resource} moves ${from} -> ${to}`
      case 'restart': return `${resource} restarts on ${from}`
      default: return words
    }
  })
}
