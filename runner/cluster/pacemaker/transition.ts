/**
 * What Pacemaker's scheduler plans for the resources, read from the "Transition Summary" of crm_simulate. Its text is the same
 * from 2.0.5 (Debian 11) to 3.0 (Debian 13); XML output exists only since 2.1.
 */

/** One thing that happens to a resource in a transition. */
export interface Effect {
  kind: 'start' | 'stop' | 'move' | 'restart' | 'other'
  resource: string
  /** The node that it leaves, or on which it restarts. */
  from?: string
  /** The node on which it starts. */
  to?: string
  /** The line of crm_simulate, which is shown for other kinds: a promotion, a fencing. */
  text: string
}

const kinds: Record<string, Effect['kind']> = {
  Start: 'start',
  Stop: 'stop',
  Move: 'move',
  Migrate: 'move',
  Restart: 'restart',
  Recover: 'restart',
}

/** Reads crm_simulate's output. @throws Error when it has no transition summary: the simulation failed. */
export function parseTransition(output: string): Effect[] {
  const [, summary] = /^Transition Summary:\n([^]*?)(?:\n\n|\nExecuting|$(?![^]))/m.exec(output) ?? []
  if (summary === undefined) throw new Error('crm_simulate printed no transition summary')
  return [...summary.matchAll(/^ *\* (\S+) +(.+)$/gm)].map(([, action = '', rest = '']) => effectOf(action, rest))
}

/** `Move`, `FloatIP     ( node1 -> node2 )`; `Restart`, `WebSite     ( node1 )  due to required FloatIP start`. */
function effectOf(action: string, rest: string): Effect {
  const text = `${action} ${rest.replaceAll(/ +/g, ' ')}`
  if (rest.endsWith('(blocked)')) return { kind: 'other', resource: '', text }
  const [, name = '', from = '', to] = /^(\S+) +\( +(?:\S+ )?(\S+?)(?: -> (?:\S+ )?(\S+))? +\)/.exec(rest) ?? []
  // A failed resource may be recovered elsewhere.
  const kind = action === 'Recover' && to !== undefined ? 'move' : (kinds[action] ?? 'other')
  // The number of an anonymous clone's instance has no meaning.
  const resource = name.replace(/:\d+$/, '')
  if (name === '' || (kind === 'move' && to === undefined)) return { kind: 'other', resource, text }
  if (kind === 'start') return { kind, resource, to: from, text }
  return { kind, resource, from, ...(to !== undefined && { to }), text }
}

/**
 * Whether Pacemaker would do anything at all. Only the actions count, since the summary also lists what Pacemaker cannot do, such as
 * a start that waits for a resource whose stop has failed.
 */
export function hasActions(output: string): boolean {
  const executed = output.split(/^Executing cluster transition:$/im)[1]?.split('\n\n')[0] ?? ''
  return /^ *\* (?:Resource action|Fencing|Cluster action)/m.test(executed)
}

/** What will happen, one sentence for each effect. */
export function effectSentences(effects: Effect[]): string[] {
  if (effects.length === 0) return ['nothing starts, stops or moves']
  return effects.map(({ kind, resource, from, to, text }) => {
    switch (kind) {
      case 'start':
        return `${resource} starts on ${to}`
      case 'stop':
        return `${resource} stops on ${from}`
      case 'move':
        return `${resource} moves ${from} -> ${to}`
      case 'restart':
        return `${resource} restarts on ${from}`
      default:
        return text
    }
  })
}
