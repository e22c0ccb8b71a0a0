import { createHash } from 'node:crypto'
import type { EventView } from '../ui/event-view.js'
import { inRunOrder } from '../ui/run-order.js'
import { tally } from '../ui/tally.js'
import { visibleEvent, type AnyEvent } from '../ui/visible.js'
import { clusterPart } from './cluster.js'
import { errors } from './errors.js'
import { clusterId, header, verdictOf } from './header.js'
import { html, type Content } from './html.js'
import { prose, section, short } from './parts.js'
import { style } from './style.js'

/**
 * A run as one page that needs nothing else: no script, no font, no picture from anywhere. Its policy lets a browser
 * take nothing but this style, should anything ever get past the escaping.
 *
 * @param written - when the run was over.
 */
export function reportPage(told: AnyEvent[], written: Date, views: readonly EventView[] = []): string {
  const events = inRunOrder(told.map(visibleEvent))
  const all = tally(events)
  const css = String(style)
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'; base-uri 'none'; form-action 'none'`
  const clusters = all.clusters.map(({ name }) => name).join(', ')
  return String(html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<title>${short(`${verdictOf(all, views).words}: ${clusters}`, 120)} - ha-run</title>
<style>${style}</style>
</head>
<body>
<main>
${header(all, written, views)}${errors(events)}${notices(events)}${all.clusters.map((cluster, index) => clusterPart(cluster, clusterId(index), events, all))}</main>
</body>
</html>
`)
}

/** Those about no single host: the others are waits that have passed. */
function notices(events: AnyEvent[]): Content {
  const texts = new Set(events.flatMap(event => event.event === 'notice' && event.host === undefined ? event.text : []))
  return section('Notes', texts.size > 0 ? [html`<ul class="notes">${[...texts].map(text => html`<li>${prose(text)}</li>`)}</ul>`] : [])
}
