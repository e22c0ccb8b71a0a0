import { html } from '../../runner/report/html.js'
import { rectangle, text } from '../../runner/report/svg.js'
import { bars, groupHeight, groupOf, groupWidth } from './bars.js'
import { growthChart, type Growth } from './growth-chart.js'
import { medianOf, seconds, seriesOf, type Results, type Series, type WorkName } from './results.js'
import { picture as svg } from './svg.js'
import { time } from './table.js'
import { clusterCounts, few, hostCounts, many, resourceCounts } from './works.js'

/** The picture of the results: the small labs' works on the left, the large one's on the right, growth below. */

const edge = 24
const width = 2 * groupWidth + 3 * edge
const headHeight = 74
const chartHeight = 170

const style = {
  light: html`text { font: 12px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 13px } .name, .note { fill: #59636e } .head { font-weight: 600; font-size: 16px }
.ground { fill: #ffffff } .floor, .node { fill: #9aa4af } .ha-run { fill: #0a7d6c } .ansible { fill: #d1723a }
.whisker { stroke: #1f2328; fill: none } .axis { stroke: #c4ccd4; fill: none } .curve { stroke: #0a7d6c; stroke-width: 2; fill: none }`,
  dark: html`text { fill: #e6edf3 } .name, .note { fill: #9198a1 } .ground { fill: #0d1117 } .floor, .node { fill: #656e78 }
.ha-run { fill: #2ba893 } .curve { stroke: #2ba893 } .ansible { fill: #c9703d } .whisker { stroke: #e6edf3 } .axis { stroke: #3d444d }`,
}

/** Left and right, from top to bottom. */
const columns: [work: WorkName, nodes: number, title: string][][] = [
  [
    ['a', few, 'Nothing to do, 2 nodes'],
    ['g', few, 'The same, 20 ms further away'],
    ['c', few, 'Bare to verified, 2 nodes'],
    ['h', 0, '--help'],
  ],
  [
    ['b', many, 'Nothing to do, 16 nodes'],
    ['g', many, 'The same, 20 ms further away'],
    ['d', many, 'One drifted file on one of 16 nodes'],
    ['e', many, '--check, 16 nodes'],
  ],
]

export function picture(results: Results): string {
  const placed = columns.map((column, at) => {
    let y = headHeight
    const elements = column.flatMap(([work, nodes, title]) => {
      const group = groupOf(results, work, nodes)
      if (group.length === 0) return []
      const drawn = bars(results, group, title, edge + at * (groupWidth + edge), y)
      y += groupHeight(group)
      return drawn
    })
    return { elements, bottom: y }
  })
  const bottom = Math.max(...placed.map(column => column.bottom))
  const rows = [
    growth(results, 'f', 'The runner alone', hostCounts),
    growth(results, 'i', 'A large CIB', resourceCounts, 'resources'),
    growth(
      results,
      'j',
      'Clusters of two hosts',
      clusterCounts.map(count => 2 * count),
    ),
  ].filter(row => row.length > 0)
  const charts = rows.flatMap((row, line) =>
    row.flatMap((chart, at) =>
      growthChart(chart, edge + at * (groupWidth + edge), bottom + line * chartHeight, groupWidth, chartHeight),
    ),
  )
  const height = bottom + rows.length * chartHeight + edge / 2
  return svg(width, height, 'How long ha-run and its peers take', style, [
    rectangle(0, 0, width, height, 'ground'),
    text(edge, 30, 'ha-run and its peers at the same work', 'head'),
    text(
      edge,
      50,
      'Bars: median; whiskers: quickest and slowest run; a scale for each work. Floor: all checks (bare: the packages) as one script, by one raw ssh a node.',
      'note',
    ),
    ...placed.flatMap(({ elements }) => elements),
    ...charts,
  ])
}

function growth(results: Results, work: 'f' | 'i' | 'j', name: string, counts: number[], of = 'hosts'): Growth[] {
  const series = counts.flatMap(count => seriesOf(results, work, 'ha-run', count) ?? [])
  if (series.length < 2) return []
  const chart = (title: string, value: (one: Series) => number, label: (value: number) => string): Growth => ({
    title,
    points: series.map(one => ({ size: one.nodes, value: value(one), label: label(value(one)) })),
  })
  return [
    chart(
      `${name}: time by number of ${of}`,
      one => seconds(one).median,
      value => `${time(value)} s`,
    ),
    chart(
      `${name}: peak memory by number of ${of}`,
      one => medianOf(one, 'peakMegabytes')!,
      value => `${value.toFixed(0)} MB`,
    ),
  ]
}
