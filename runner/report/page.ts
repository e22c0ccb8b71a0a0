import { createHash } from 'node:crypto'
import type { EventView } from '../ui/event-view.js'
import { inRunOrder } from '../ui/run-order.js'
import { tally } from '../ui/tally.js'
import { visibleEvent, type AnyEvent } from '../ui/visible.js'
import { clusterPart } from './cluster.js'
import { errors } from './errors.js'
import { clusterId, header, headingOf } from './header.js'
import { html, type Content } from './html.js'
import { prose, section, short } from './parts.js'
import { style } from './style.js'

/**
 * A run as one page that loads nothing: no script, no font, no image. Its policy allows a browser nothing but this style, in case
 * anything is ever not escaped.
 *
 * @param written - when the run ended.
 */
export function reportPage(rawEvents: AnyEvent[], written: Date, views: readonly EventView[] = []): string {
  const events = inRunOrder(rawEvents.map(visibleEvent))
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
<title>${short(`${headingOf(all, views).heading}: ${clusters}`, 120)} - ha-run</title>
<style>${style}</style>
</head>
<body>
<main>
${header(all, written, views)}${errors(events)}${notices(events)}${all.clusters.map((cluster, index) => clusterPart(cluster, clusterId(index), events, all))}</main>
</body>
</html>
`)
}

/** The notices, without those about one host: these were about waits, which are over. */
function notices(events: AnyEvent[]): Content {
  const texts = new Set(
    events.flatMap(event => (event.event === 'notice' && event.host === undefined ? event.text : [])),
  )
  return section(
    'Notes',
    texts.size > 0 ? [html`<ul class="notes">${[...texts].map(text => html`<li>${prose(text)}</li>`)}</ul>`] : [],
  )
}
