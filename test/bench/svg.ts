/** The few SVG elements that the picture is made of. Numbers are pixels. */

/** Text that stands for itself in XML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const number = (value: number) => String(Number(value.toFixed(1)))

export function text(x: number, y: number, words: string, kind: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text class="${kind}" x="${number(x)}" y="${number(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escaped(words)}</text>`
}

export function rectangle(x: number, y: number, width: number, height: number, kind: string): string {
  return `<rect class="${kind}" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="2"/>`
}

export function line(points: readonly (readonly [x: number, y: number])[], kind: string): string {
  return `<polyline class="${kind}" points="${points.map(([x, y]) => `${number(x)},${number(y)}`).join(' ')}"/>`
}

export function dot(x: number, y: number, kind: string): string {
  return `<circle class="${kind}" cx="${number(x)}" cy="${number(y)}" r="3"/>`
}

/**
 * A whole picture, on a ground of its own: where a page's colours and the system's differ, nothing depends on the page's.
 *
 * @param style - CSS of the light scheme, and what differs in the dark one.
 */
export function picture(width: number, height: number, title: string, style: { light: string; dark: string }, elements: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>
${style.light}
@media (prefers-color-scheme: dark) {
${style.dark}
}
</style>
${elements.join('\n')}
</svg>
`
}
