/** Contrast as WCAG 2 defines it, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */

/** `rgb(1, 2, 3)` */
export function parseColour(text: string): number[] {
  return [...text.matchAll(/[\d.]+/g)].slice(0, 3).map(Number)
}

export function ratio(one: number[], other: number[]): number {
  const [brighter, darker] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number]
  return (brighter + 0.05) / (darker + 0.05)
}

function luminance(colour: number[]): number {
  const [red = 0, green = 0, blue = 0] = colour
    .map(value => value / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** JavaScript for a page: each visible text, its colour, and the colour behind it; in a picture, that of the last shape drawn below its middle. */
export const paintedTexts = `(() => {
  const clear = colour => colour === 'rgba(0, 0, 0, 0)' || colour === 'none'
  const groundOf = element => {
    for (let one = element; one; one = one.parentElement) {
      const { backgroundColor } = getComputedStyle(one)
      if (!clear(backgroundColor)) return backgroundColor
    }
    return 'rgb(255, 255, 255)'
  }
  const under = text => {
    const box = text.getBoundingClientRect()
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const before = [...text.ownerSVGElement.querySelectorAll('rect')].filter(shape => {
      const { left, right, top, bottom } = shape.getBoundingClientRect()
      return shape.compareDocumentPosition(text) & 4 && !clear(getComputedStyle(shape).fill) && left <= x && x <= right && top <= y && y <= bottom
    })
    return before.length > 0 ? getComputedStyle(before.at(-1)).fill : groundOf(text.ownerSVGElement)
  }
  return [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.textContent.trim() !== '')).map(one => {
    const inPicture = one.ownerSVGElement
    const style = getComputedStyle(one)
    return { text: one.textContent.slice(0, 60), colour: inPicture ? style.fill : style.color, ground: inPicture ? under(one) : groundOf(one) }
  })
})()`
