import { html, type Markup } from './html.js'

/** The SVG elements that pictures are made of. Numbers are pixels; `kind` is a CSS class. */

export type Point = readonly [x: number, y: number]

/** With one decimal place: more is not visible. */
export function number(value: number): string {
  return String(Number(value.toFixed(1)))
}

export function text(
  x: number,
  y: number,
  words: string,
  kind: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): Markup {
  return html`<text class="${kind}" x="${number(x)}" y="${number(y)}"${anchor !== 'start' && html` text-anchor="${anchor}"`}>${words}</text>`
}

export function rectangle(x: number, y: number, width: number, height: number, kind: string, radius = 2): Markup {
  return html`<rect class="${kind}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="${radius}"/>`
}

export function line(points: readonly Point[], kind: string): Markup {
  return html`<polyline class="${kind}" points="${points.map(([x, y]) => `${number(x)},${number(y)}`).join(' ')}"/>`
}

export function dot(x: number, y: number, kind: string, radius = 3): Markup {
  return html`<circle class="${kind}" cx="${number(x)}" cy="${number(y)}" r="${radius}"/>`
}

/** Vertical strokes of one height, as one element. */
export function strokes(xs: readonly number[], y: number, height: number, kind: string): Markup {
  return html`<path class="${kind}" d="${xs.map(x => `M${number(x)} ${number(y)}v${number(height)}`).join('')}"/>`
}

/** A cross with its middle at x, y. */
export function cross(x: number, y: number, size: number, kind: string): Markup {
  const [left, top, both] = [number(x - size), number(y - size), number(2 * size)]
  return html`<path class="${kind}" d="M${left} ${top}l${both} ${both}M${left} ${number(y + size)}l${both} -${both}"/>`
}

/** An SVG picture in the page. @param label - the text for screen readers. */
export function drawing(width: number, height: number, label: string, elements: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" role="img" aria-label="${label}">
${elements.map(element => html`${element}\n`)}</svg>`
}
