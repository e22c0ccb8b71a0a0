import { html, type Markup } from '../../runner/report/html.js'

/**
 * A whole picture, on a ground of its own: where a page's colours and the system's differ, nothing depends on the page's.
 *
 * @param style - CSS of the light scheme, and what differs in the dark one.
 */
export function picture(
  width: number,
  height: number,
  title: string,
  style: { light: Markup; dark: Markup },
  elements: Markup[],
): string {
  return String(html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<style>
${style.light}
@media (prefers-color-scheme: dark) {
${style.dark}
}
</style>
${elements.map(element => html`${element}\n`)}</svg>
`)
}
