import { html } from './html.js'

/**
 * The style of the page. Each colour has a name in both schemes. Text has a contrast of at least 4.5 with its background. The colours of
 * the nodes differ in lightness too, for people who cannot distinguish their hues.
 */
export const style = html`
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f6f8; --text: #1c2127; --quiet: #56616c; --rule: #dde1e6; --strong-rule: #8a949e;
  --good: #17693a; --careful: #805100; --bad: #b3231b; --accent: #1f5fae; --on-accent: #ffffff; --bad-ground: #fdeceb; --good-ground: #e7f5ec; --outage: #f6d5d2;
  --node0: #2468b4; --node1: #bd7000; --node2: #7d4fa6; --node3: #138072; --node4: #a04a6d; --node5: #6b747d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #101418; --raised: #181e24; --text: #e4e9ee; --quiet: #9ba7b3; --rule: #2b333b; --strong-rule: #6d7883;
    --good: #5cc98a; --careful: #e2b253; --bad: #ff8a80; --accent: #74b0f4; --on-accent: #0b1218; --bad-ground: #33191a; --good-ground: #12291c; --outage: #4a2224;
    --node0: #62a5ec; --node1: #f0a93a; --node2: #ba97e0; --node3: #43b8a5; --node4: #e08aad; --node5: #9aa4ad;
  }
}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
main { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1rem 4rem }
h1, h2, h3, h4, p, ul, ol, dl, figure, pre { margin: 0 }
h1 { font-size: 2.5rem; line-height: 1.15; font-weight: 650; letter-spacing: -0.02em }
h2 { font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; border-top: 2px solid var(--text); padding-top: 0.75rem; margin-top: 3rem }
h3 { font-size: 0.8125rem; line-height: 1.3; font-weight: 650; letter-spacing: 0.06em; text-transform: uppercase; color: var(--quiet); margin-bottom: 0.75rem }
h4 { font-size: 1rem; font-weight: 600 }
section section, main > section:not(.cluster) { margin-top: 2.25rem }
h2 + section { margin-top: 1.25rem }
a { color: var(--accent) }
ul, ol { padding: 0; list-style: none }
code, pre, del, ins, .subject { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.8125rem }
pre { background: var(--raised); border-radius: 6px; padding: 0.625rem 0.75rem; margin-top: 0.5rem; overflow-x: auto; max-height: 30rem; line-height: 1.45; overflow-wrap: normal }
.good { color: var(--good) } .careful { color: var(--careful) } .bad { color: var(--bad) } .quiet, .where, .note { color: var(--quiet) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }

.eyebrow { color: var(--quiet); margin-bottom: 0.25rem }
.numbers { font-size: 1.125rem; margin-top: 0.5rem }
dl div { min-width: 0 }
dt { color: var(--quiet); font-size: 0.8125rem }
dd { margin: 0 }
.facts { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; margin-top: 1.25rem; font-size: 0.875rem }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin-top: 1.25rem }

.status { font-weight: 600; font-size: 0.875rem; white-space: nowrap }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.45 }
th, td { text-align: left; vertical-align: top; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--rule); font-weight: 400 }
thead th { color: var(--quiet); font-size: 0.8125rem; white-space: nowrap }
.scroll { overflow-x: auto }
.drill table { font-size: 0.8125rem } .scroll td, .scroll th { white-space: nowrap; overflow-wrap: normal } .drill td, .drill th { padding-right: 0.5rem } .scroll tr > :last-child { padding-right: 0 }
.assertions td:first-child { width: 7rem } .assertions tbody th { width: 45% ; font-weight: 600 }
.meaning { display: block; font-weight: 400; color: var(--quiet) }
.hint { display: block; margin-top: 0.25rem }
tr.failed td, tr.failed th { background: var(--bad-ground) } tr.failed td:first-child { padding-left: 0.5rem }

article { border-top: 1px solid var(--rule); padding: 0.75rem 0 }
h3 + article { border-top: 0; padding-top: 0 }
article.error { border: 0; border-left: 3px solid var(--bad); padding: 0 0 0 0.875rem; margin-top: 1rem }
h4 .where { font-weight: 400; margin-left: 0.5rem }
.message { white-space: pre-wrap }
.differences li { padding: 0.125rem 0 }
.differences .subject { margin-right: 0.5rem }
del { color: var(--bad); text-decoration: none } ins { color: var(--good); text-decoration: none }
.note { font-size: 0.875rem; margin-left: 0.5rem }
.diff { padding: 0.375rem 0 } .diff span { display: block; padding: 0 0.75rem; width: max-content; min-width: 100% }
.diff .out { color: var(--bad); background: var(--bad-ground) } .diff .in { color: var(--good); background: var(--good-ground) } .diff .hunk { color: var(--quiet) }
.effects { margin-top: 0.375rem } .effects li::before { content: "⇒ "; color: var(--accent) }
.remark { display: flex; gap: 1rem; padding: 0.375rem 0; font-size: 0.875rem } .remark .status { min-width: 6rem }
.notes li { padding: 0.125rem 0 }
details { padding: 0.25rem 0 }
summary { cursor: pointer } summary .status { display: inline-block; min-width: 5rem }
.drill details { border-bottom: 1px solid var(--rule); padding: 0.5rem 0 } .drill .scroll { margin-top: 1.5rem }

figure { margin: 0.5rem 0 0 }
figcaption { color: var(--quiet); font-size: 0.875rem; margin-top: 0.5rem }
.narrow { display: none }
svg { display: block; max-width: 100%; height: auto }
.headlines { display: flex; flex-wrap: wrap; gap: 0.625rem 2.25rem; margin-top: 1.25rem }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.25rem; margin-bottom: 1.5rem } .figures dd { font-size: 1.375rem; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em }
.distribution { margin-bottom: 1rem }
.marks { counter-reset: mark; display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0.25rem 1.5rem; font-size: 0.875rem; margin: 0.625rem 0 0.5rem }
.marks li { counter-increment: mark; padding-left: 1.75rem; position: relative }
.marks li::before { content: counter(mark); position: absolute; left: 0; top: 0.1rem; width: 1.125rem; height: 1.125rem; border-radius: 50%; background: var(--text); color: var(--ground); font-size: 0.6875rem; line-height: 1.125rem; text-align: center }

svg text { font-size: 12px; fill: var(--text) }
svg .name { font-size: 14px; font-weight: 650 } svg .quiet, svg .figure, svg .dc { fill: var(--quiet) } svg .figure { font-size: 11px } svg .dc { font-weight: 650; font-size: 11px }
svg .good { fill: var(--good) } svg .careful { fill: var(--careful) } svg .bad { fill: var(--bad) }
.card { fill: var(--raised); stroke: var(--rule) } .away .card { stroke: var(--bad); stroke-dasharray: 4 3 }
.tab.address { fill: var(--accent) } .tab.doubled { fill: var(--bad) } .on-tab { fill: var(--on-accent); font-weight: 600 }
.nowhere { fill: none; stroke: var(--bad); stroke-dasharray: 4 3 }
.rule, .axis, .grid { stroke: var(--rule); fill: none } .axis { stroke: var(--strong-rule) }
.link { stroke: var(--strong-rule); stroke-width: 1.5; fill: none } .link.broken { stroke: var(--bad); stroke-dasharray: 4 3 }
.cut { stroke: var(--bad); stroke-width: 2.5; fill: none }
.on-link { font-size: 11px; fill: var(--quiet); stroke: var(--ground); stroke-width: 6px; paint-order: stroke } .on-link.bad { fill: var(--bad) }
rect.node0 { fill: var(--node0) } rect.node1 { fill: var(--node1) } rect.node2 { fill: var(--node2) } rect.node3 { fill: var(--node3) } rect.node4 { fill: var(--node4) } rect.node5 { fill: var(--node5) }
.answer { fill: none; stroke-width: 1.6; stroke: var(--quiet) } .answer.node0 { stroke: var(--node0) } .answer.node1 { stroke: var(--node1) } .answer.node2 { stroke: var(--node2) }
.answer.node3 { stroke: var(--node3) } .answer.node4 { stroke: var(--node4) } .answer.node5 { stroke: var(--node5) } .answer.none { stroke: var(--bad) } .answer.late { stroke-width: 1 }
.lane, .strip, .outage-figure { font-weight: 600 } .strip, .outage-figure { stroke: var(--ground); stroke-width: 4px; paint-order: stroke } .outage { fill: var(--outage) } .outage.short { opacity: 0.6 } .outage-figure { fill: var(--bad) }
.gap { fill: var(--raised) } .mark { stroke: var(--text); stroke-width: 1; stroke-dasharray: 2 2 } .mark-ground { fill: var(--text) } svg .mark-number { fill: var(--ground); font-size: 11px; font-weight: 650 }
.range { stroke: var(--strong-rule); stroke-width: 2 } .median { stroke: var(--text); stroke-width: 2.5 } .round { fill: var(--node0); fill-opacity: 0.75 }

@media (max-width: 700px) {
  main { padding: 1.5rem 1rem 3rem }
  h1 { font-size: 2rem }
  .wide { display: none } summary .status { min-width: 0; margin-right: 0.375rem } .narrow { display: block } .narrow svg { width: 100%; max-width: 30rem }
  .assertions, .assertions tbody, .assertions tr, .assertions td, .assertions th { display: block } .assertions thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden }
  .assertions tr { border-bottom: 1px solid var(--rule); padding: 0.625rem 0 } .assertions tr.failed { background: var(--bad-ground); padding: 0.625rem 0.5rem }
  .assertions td, .assertions tbody th { border: 0; padding: 0.0625rem 0; width: auto } .assertions td:first-child { width: auto; padding: 0 }
}
@media print {
  :root { --ground: #ffffff; --raised: #f5f6f8; --text: #000000; --quiet: #444c54; --rule: #c4cad0; --strong-rule: #6a737c; --good: #17693a; --careful: #805100; --bad: #b3231b; --accent: #1f5fae; --on-accent: #ffffff; --bad-ground: #fdeceb; --good-ground: #e7f5ec; --outage: #f6d5d2; --node0: #2468b4; --node1: #bd7000; --node2: #7d4fa6; --node3: #138072; --node4: #a04a6d; --node5: #6b747d; color-scheme: light }
  body { font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact }
  main { max-width: none; padding: 0 }
  pre { max-height: none; white-space: pre-wrap } .scroll { overflow: visible }
  figure, article, tr { break-inside: avoid } h2, h3, h4 { break-after: avoid }
  details::details-content { content-visibility: visible; display: block }
}
`
