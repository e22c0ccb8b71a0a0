import type { Style } from '../../ui/style.js'
import { clip, grouped, names, oneLine, pad, widest, widthOf } from '../../ui/text.js'
import { describeFencing } from '../pacemaker/fencing-history.js'
import { floatingIpsIn, type FloatingIpStatus, type Problem, type StatusEvent } from './events.js'

/** A piece of a line and its colour. */
type Piece = [text: string, paint?: (text: string) => string]

/** With more nodes than this, nodes with equal state and remarks share a row. */
const maximumNodeRows = 16
/** How many failed actions are shown, latest first. */
const shownFailures = 5
/** How many fencings are shown, latest first. */
const shownFencings = 3

export interface StatusShape {
  style: Style
  /** The width at which lines are cut; left out: they are not cut. */
  columns?: number | undefined
  /** Whether to show the hint of each problem. */
  hints: boolean
}

/**
 * The status of a cluster as lines: its health, its problems, then its parts. Pass the event through `visibleEvent`
 * first.
 */
export function statusLines(status: StatusEvent, shape: StatusShape): string[] {
  const { problems } = status
  // Consecutive problems with the same hint share it.
  const lines = [
    headLine(status, shape.style),
    ...problems.flatMap((problem, at) =>
      problemLines(problem, { ...shape, hints: shape.hints && problem.hint !== problems[at + 1]?.hint }),
    ),
  ]
  return [...lines, ...table(status, shape.style)].map(line => painted(line, shape))
}

/** Only the first line. */
export function statusLine(status: StatusEvent, shape: StatusShape): string {
  return painted(headLine(status, shape.style), shape)
}

function headLine({ cluster, health, problems }: StatusEvent, style: Style): Piece[] {
  const failures = problems.filter(({ level }) => level === 'failed').length
  const verdicts: Record<StatusEvent['health'], Piece> = {
    ok: [`${style.symbols.ok} healthy`, style.good],
    warning: ['! running, with warnings', style.careful],
    failed: [`${style.symbols.failed} unhealthy: ${failures === 1 ? '1 problem' : `${failures} problems`}`, style.bad],
    unknown: ['? no node answers', style.careful],
  }
  return [[cluster, style.strong], ['  '], verdicts[health]]
}

function problemLines({ level, text, hint }: Problem, { style, hints }: StatusShape): Piece[][] {
  const mark = level === 'failed' ? style.symbols.failed : '!'
  const line: Piece[] = [['  '], [`${mark} ${oneLine(text)}`, level === 'failed' ? style.bad : style.careful]]
  return hints && hint !== undefined ? [line, [['    -> '], [oneLine(hint)]]] : [line]
}

function table(status: StatusEvent, style: Style): Piece[][] {
  const rows: [label: Piece, ...cells: Piece[]][] = [
    ...nodeRows(status, style),
    ...linkRows(status, style),
    ...viewRows(status, style),
    ...floatingIpsIn(status).map(floatingIp => addressRow(status, floatingIp, style)),
    ...resourceRows(status, style),
    ...fencingRows(status, style),
    ...failureRows(status, style),
  ]
  const width = widest(rows.map(([[label]]) => label))
  return rows.map(([[label, paint], ...cells]) => [['  '], [pad(label, width), paint], ['  '], ...cells])
}

type Row = [label: Piece, ...cells: Piece[]]

function nodeRows({ nodes }: StatusEvent, style: Style): Row[] {
  const rows = nodes.map(({ name, address, state, dc, remarks }) => ({
    name,
    address,
    what: [state, ...(dc ? ['DC'] : [])].join(', '),
    remarks: remarks.join(', '),
  }))
  const shared =
    nodes.length <= maximumNodeRows
      ? rows.map(row => [row])
      : grouped(rows, ({ what, remarks }) => JSON.stringify([what, remarks]))
  const width = widest(rows.map(({ what }) => what))
  const addressWidth = widest(rows.map(({ address }) => address))
  return shared.map((row): Row => {
    const { what, address, remarks } = row[0]!
    const paint = /^online/.test(what)
      ? style.good
      : /^(standby|maintenance|pending|unknown)/.test(what)
        ? style.careful
        : style.bad
    const where = row.length > 1 ? '' : address
    return [
      [names(row.map(({ name }) => name))],
      [pad(what, width), paint],
      ['  '],
      [remarks ? pad(where, addressWidth) : where, style.quiet],
      [remarks && `  ${remarks}`, style.careful],
    ]
  })
}

/** One row per link. It names the pairs of nodes that are disconnected, unless all are. */
function linkRows({ links, quorum }: StatusEvent, style: Style): Row[] {
  const label: Piece = ['links', style.quiet]
  // No node's Corosync answers.
  if (quorum.length === 0) return [[label, ['unknown', style.careful]]]
  return grouped(links, ({ number }) => String(number)).map(pairs => {
    const down = pairs.filter(({ connected }) => !connected).map(({ between }) => between.join(' - '))
    const text =
      down.length === 0 ? 'connected' : down.length === pairs.length ? 'disconnected' : `disconnected: ${names(down)}`
    return [label, [`${pairs[0]!.number}  `], [text, down.length === 0 ? style.good : style.bad]]
  })
}

function viewRows({ dc, quorum }: StatusEvent, style: Style): Row[] {
  const by = (seenBy: string[], views: unknown[]): Piece => [
    views.length > 1 ? `  as seen by ${names(seenBy)}` : '',
    style.careful,
  ]
  return [
    ...(quorum.length === 0
      ? [
          [
            ['quorum', style.quiet],
            ['unknown', style.careful],
          ] satisfies Row,
        ]
      : quorum.map(({ quorate, votes, expected, arbiter, ring, flags, seen_by: seenBy }): Row => [
          ['quorum', style.quiet],
          quorate ? ['yes', style.good] : ['NO', style.bad],
          [votes === undefined ? '' : `, ${votes} of ${expected} votes`],
          arbiterPiece({ quorate, arbiter }, style),
          [`, ring ${ring}`],
          [flags.length > 0 ? `  ${flags.join(' ')}` : '', style.quiet],
          by(seenBy, quorum),
        ])),
    ...(dc.length === 1 && dc[0]!.node !== null
      ? []
      : dc.map(({ node, seen_by: seenBy }): Row => [
          ['DC', style.quiet],
          node === null ? ['none', style.bad] : [node],
          by(seenBy, dc),
        ])),
  ]
}

function arbiterPiece(
  { quorate, arbiter }: Pick<StatusEvent['quorum'][number], 'quorate' | 'arbiter'>,
  style: Style,
): Piece {
  if (arbiter === undefined) return ['']
  const { votes, alive, voting } = arbiter
  if (alive && voting) return [` (arbiter: ${votes})`]
  if (!alive) return [' (arbiter: no corosync-qdevice)', style.bad]
  return quorate ? [' (arbiter: does not vote)', style.bad] : [' (arbiter: votes for others, if at all)', style.careful]
}

function addressRow({ nodes }: StatusEvent, { address, holders }: FloatingIpStatus, style: Style): Row {
  const where = holders.map(({ node, interface: name }) => `${node} (${name})`)
  const text =
    where.length === 0
      ? `${address} on no node${nodes.every(({ seen }) => seen) ? '' : ' that answers'}`
      : `${address} on ${where.join(' AND ')}`
  return [
    ['floating IP', style.quiet],
    [text, where.length === 1 ? style.good : style.bad],
  ]
}

function resourceRows({ resources }: StatusEvent, style: Style): Row[] {
  const width = widest(resources.map(({ nodes, state, promoted }) => whereOf(nodes, state, promoted)))
  return resources.map(({ id, agent, parents, state, nodes, promoted, remarks }): Row => {
    const isBad = nodes.length === 0 || remarks.some(remark => remark === 'failed' || remark === 'blocked')
    const inside = parents.length > 0 ? `, in ${parents.join(', ')}` : ''
    return [
      [id],
      [pad(whereOf(nodes, state, promoted), width), isBad ? style.bad : style.good],
      [`  ${agent}${inside}`, style.quiet],
      [remarks.length > 0 ? `  ${remarks.join(', ')}` : '', style.careful],
    ]
  })
}

/** `started on node1`, `promoted on node1, unpromoted on node2`. */
function whereOf(nodes: string[], state: string, promoted: string[] = []): string {
  const others = nodes.filter(node => !promoted.includes(node))
  if (promoted.length > 0 && others.length > 0) return `promoted on ${names(promoted)}, unpromoted on ${names(others)}`
  return nodes.length === 0 ? state : `${state} on ${names(nodes)}`
}

function fencingRows({ fencing }: StatusEvent, style: Style): Row[] {
  if (fencing === undefined) return []
  const { enabled, devices, history } = fencing
  const label: Piece = ['fencing', style.quiet]
  const width = widest(devices.map(({ nodes, state }) => whereOf(nodes, state)))
  return [
    [label, enabled ? ['enabled', style.good] : ['DISABLED', style.bad]],
    ...devices.map(({ id, agent, state, nodes, remarks }): Row => [
      [id],
      [pad(whereOf(nodes, state), width), nodes.length === 0 || remarks.length > 0 ? style.bad : style.good],
      [`  ${agent}`, style.quiet],
      [remarks.length > 0 ? `  ${remarks.join(', ')}` : '', style.careful],
    ]),
    ...history
      .slice(0, shownFencings)
      .map((event): Row => [
        label,
        [oneLine(describeFencing(event)), event.status === 'success' ? undefined : style.careful],
      ]),
  ]
}

function failureRows({ failures }: StatusEvent, style: Style): Row[] {
  if (failures.length === 0) return [[['failures', style.quiet], ['none']]]
  const left = failures.length - shownFailures
  const rows = failures
    .slice(-shownFailures)
    .toReversed()
    .map(({ operation, node, status, reason, at }): Row => [
      ['failures', style.quiet],
      [`${operation} on ${node}: ${status}`, style.careful],
      [`${reason ? `: ${oneLine(reason)}` : ''}${at === undefined ? '' : `  ${at}`}`, style.quiet],
    ])
  return left > 0
    ? [
        ...rows,
        [
          ['failures', style.quiet],
          [`${left} older`, style.quiet],
        ],
      ]
    : rows
}

/** A line in colour, cut at the width of the screen with its last column left free. */
function painted(pieces: Piece[], { columns, style }: StatusShape): string {
  let room = columns === undefined ? Infinity : columns - 1
  return pieces
    .map(([text, paint = plain => plain]) => {
      const shown = clip(text, room, style.symbols.more)
      room -= widthOf(shown)
      return paint(shown)
    })
    .join('')
    .trimEnd()
}
