import { dump } from 'js-yaml'
import { visible } from '../../ui/visible.js'

/** Lines of YAML with comments. */

/** The column of comments, unless the line is longer. */
const commentColumn = 42

/** A scalar, quoted if YAML would read it as another type. Numbers of a configuration file stay plain. */
export function yamlScalar(value: string): string {
  const isNumber = /^(0|[1-9]\d{0,14})$/.test(value)
  // js-yaml leaves marks that reorder or hide text as they are.
  if (visible(value) !== value) return quoted(value)
  return dump([isNumber ? Number(value) : value], { flowLevel: 0, lineWidth: -1 })
    .trimEnd()
    .slice(1, -1)
}

/** In double quotes, with escapes of YAML for what would not be seen. */
function quoted(value: string): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character => {
    const hex = character.codePointAt(0)!.toString(16)
    return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
  })
}

/** `key: value  # remark`; without a value, the key of a mapping. */
export function entry(indent: number, key: string, value?: string, remark?: string): string {
  const line = `${' '.repeat(indent)}${yamlScalar(key)}:${value === undefined ? '' : ` ${value}`}`
  return remark === undefined ? line : `${line.padEnd(commentColumn - 4)}   # ${printable(remark)}`
}

export function comment(indent: number, text: string): string {
  return `${' '.repeat(indent)}# ${printable(text)}`
}

/** Escapes characters that would end a comment, or that YAML does not allow. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{C}\u2028\u2029]/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
