import { sh } from '../../runner/ssh/quote.js'

/** An event in a node's journal that belongs to a failover. */
export type JournalEvent = { at: number } &
  /** Corosync formed a membership without a node. */
  (
    | { kind: 'left' }
    /** Pacemaker started a transition, or its DC requested an action of this node. */
    | { kind: 'transition' }
    | { kind: 'started' | 'promoted'; resource: string; node: string }
    /** A node was fenced, or could not be. */
    | { kind: 'fenced' | 'not fenced'; node: string }
  )

/** @param since - seconds since 1970, by the node's own clock. */
export function journalScript(since: number): string {
  return (
    sh`journalctl -q -o short-unix --since ${`@${Math.floor(since)}`} -t corosync -t pacemaker-controld` +
    " | grep -E 'TOTEM|State transition|Result of (start|promote) |Requesting local|Peer .* terminated'; :"
  )
}

/**
 * Reads `journalctl -o short-unix` of Corosync 3 and Pacemaker 2.0 to 3.0: `1795804705.123221 node1 corosync[699]:   [TOTEM ] A new
 * membership (1.d) was formed. Members left: 2`. The DC is idle (S_IDLE) until something happens; if the DC itself is lost, the
 * others elect a new one.
 */
export function parseJournal(text: string): JournalEvent[] {
  return text.split('\n').flatMap((line): JournalEvent[] => {
    const [, seconds, message = ''] = /^(\d+\.\d+) \S+ [\w-]+\[\d+\]:\s+(.*)$/.exec(line) ?? []
    if (seconds === undefined) return []
    const at = Number(seconds) * 1000
    if (/A new membership .*left: *\d/.test(message)) return [{ at, kind: 'left' }]
    if (/Requesting local execution of (start|stop|demote) operation/.test(message)) return [{ at, kind: 'transition' }]
    if (/State transition (S_IDLE -> S_(POLICY_ENGINE|INTEGRATION|ELECTION)|S_NOT_DC -> S_ELECTION)/.test(message))
      return [{ at, kind: 'transition' }]
    const [, target, not, action] = /Peer (\S+) was( not)? terminated \((\w+)\) by /.exec(message) ?? []
    if (target !== undefined)
      return action === 'on' ? [] : [{ at, kind: not === undefined ? 'fenced' : 'not fenced', node: target }]
    const [, operation, resource, node] =
      /Result of (start|promote) operation for ([^\s:]+)(?::\d+)? on (\S+): (?:0 \()?ok/i.exec(message) ?? []
    return resource === undefined
      ? []
      : [{ at, kind: operation === 'promote' ? 'promoted' : 'started', resource, node: node! }]
  })
}
