import { roleOf, roleWords } from '../declaration/roles.js'

/**
 * What Pacemaker's scheduler plans for the resources, read from the "Transition Summary" of crm_simulate. Its text is the same
 * from 2.0.5 (Debian 11) to 3.0 (Debian 13); XML output exists only since 2.1.
 */

/** One thing that happens to a resource in a transition. */
export interface Effect {
  kind: 'start' | 'stop' | 'move' | 'restart' | 'promote' | 'demote' | 'other'
  resource: string
  /** The node that it leaves, or on which it restarts or is demoted. */
  from?: string
  /** The node on which it starts or is promoted. */
  to?: string
  /** The line of crm_simulate, which is shown for other kinds: a fencing. */
  text: string
}

const kinds: Record<string, Exclude<Effect['kind'], 'other'>> = {
  Start: 'start',
  Stop: 'stop',
  Move: 'move',
  Migrate: 'move',
  Restart: 'restart',
  Recover: 'restart',
  Promote: 'promote',
  Demote: 'demote',
}

/** Reads crm_simulate's output. @throws Error when it has no transition summary: the simulation failed. */
export function parseTransition(output: string): Effect[] {
  const [, summary] = /^Transition Summary:\n([^]*?)(?:\n\n|\nExecuting|$(?![^]))/m.exec(output) ?? []
  if (summary === undefined) throw new Error('crm_simulate printed no transition summary')
  return [...summary.matchAll(/^ *\* (\S+) +(.+)$/gm)].flatMap(([, action = '', rest = '']) => effectsOf(action, rest))
}

/** `Move`, `FloatIP     ( node1 -> node2 )`; `Restart`, `WebSite     ( node1 )  due to required FloatIP start`. */
function effectsOf(action: string, rest: string): Effect[] {
  const text = `${action} ${rest.replaceAll(/ +/g, ' ')}`
  const [, name = '', states = ''] = /^(\S+) +\( +([^)]*?) +\)/.exec(rest) ?? []
  // The number of an anonymous clone's instance has no meaning.
  const resource = name.replace(/:\d+$/, '')
  const [before = {}, after = before] = states.split(' -> ').map(stateOf)
  // If only the role changes, the node is written once.
  const [from, to] = [before.node ?? after.node, after.node]
  const kind = kinds[action]
  if (rest.endsWith('(blocked)') || kind === undefined || from === undefined || to === undefined)
    return [{ kind: 'other', resource: rest.endsWith('(blocked)') ? '' : resource, text }]
  const promotion: Effect[] =
    after.role === 'Promoted' && before.role !== 'Promoted' ? [{ kind: 'promote', resource, to, text }] : []
  switch (kind) {
    case 'start':
      return [{ kind, resource, to, text }, ...promotion]
    case 'promote':
      return [...(before.role === 'Stopped' ? [{ kind: 'start', resource, to, text } as const] : []), ...promotion]
    case 'move':
      return [from === to ? { kind: 'other', resource, text } : { kind, resource, from, to, text }, ...promotion]
    case 'restart':
      // A failed resource may be recovered elsewhere.
      return [from === to ? { kind, resource, from, text } : { kind: 'move', resource, from, to, text }, ...promotion]
    default:
      return [{ kind, resource, from, text }]
  }
}

/** `Promoted node1`, `node1`, or the role alone. */
interface State {
  role?: string | undefined
  node?: string | undefined
}

function stateOf(text: string): State {
  const words = text.trim().split(/ +/)
  const role = roleWords.find(word => word === words[0])
  return role === undefined ? { node: words[0] } : { role: roleOf[role], node: words[1] }
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
      case 'promote':
        return `${resource} is promoted on ${to}`
      case 'demote':
        return `${resource} is demoted on ${from}`
      default:
        return text
    }
  })
}
