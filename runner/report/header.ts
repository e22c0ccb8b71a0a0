import type { EventView, Tone } from '../ui/event-view.js'
import { outcomeOf } from '../ui/summary-line.js'
import type { Tally } from '../ui/tally.js'
import { html, type Markup } from './html.js'
import { short } from './parts.js'

/** The verdict on a run, as a heading. */
export function headingOf(all: Tally, views: readonly EventView[]): { heading: string; tone: Tone } {
  const outcome = outcomeOf(all, views)
  if (!outcome) return { heading: 'Not finished', tone: 'bad' }
  const { verdict, heading = verdict, tone } = outcome
  return { heading: heading.charAt(0).toUpperCase() + heading.slice(1), tone }
}

/** The head of the page: verdict, numbers, and which run this was. @param written - when the run ended. */
export function header(all: Tally, written: Date, views: readonly EventView[]): Markup {
  const { heading, tone } = headingOf(all, views)
  const outcome = outcomeOf(all, views)
  const { run, summary } = all
  const clusters = all.clusters.map(({ name }) => name)
  const time = written.toISOString()
  const facts: [string, string | Markup][] = [
    ...(run
      ? ([
          ['command', html`<code>ha-run ${short(run.command.join(' '), 400)}</code>`],
          ['inventory', short(run.inventory, 400)],
        ] as [string, string | Markup][])
      : []),
    ['written', html`<time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time>`],
    ...(summary ? ([['exit code', String(summary.exit)]] as [string, string][]) : []),
    ...(run ? ([['run', short(run.run, 60)]] as [string, string][]) : []),
  ]
  return html`<header>
<p class="eyebrow">ha-run${run?.check && ', plan: nothing was changed'}</p>
<h1 class="${tone}">${heading}</h1>
${outcome && html`<p class="numbers">${outcome.scope}: ${outcome.numbers.join(', ')}</p>`}
<dl class="facts">${facts.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>
${clusters.length > 1 && html`<nav aria-label="Clusters"><ul>${clusters.map((name, index) => html`<li><a href="#${clusterId(index)}">${short(name, 80)}</a></li>`)}</ul></nav>`}
</header>
`
}

/** The id of a cluster's section, for links. */
export function clusterId(index: number): string {
  return `cluster${index + 1}`
}
