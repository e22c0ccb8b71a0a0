/** Names of variables whose values are secrets. */
const name = String.raw`[\w-]*(?:passw|_pass\b|secret)[\w-]*["']?`

/** In YAML: in quotes, or up to the end of the line or of the flow mapping. The sign of a block is no value. */
const yamlValue = String.raw`\s*:[ \t]*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\r\n]|'')*'|[^\s,}#|>"'][^\r\n,}]*)`

/** In INI, a value can begin with `#`, contain commas, and go on behind its first word: the rest of the line is hidden. */
const iniValue = String.raw`[ \t]*=[ \t]*[^\s][^\r\n]*`

const value = new RegExp(`(${name})(${yamlValue}|${iniValue})`, 'gi')

/** A block of YAML: the lines that are indented further than its key. */
const block = new RegExp(
  String.raw`^([ \t]*)(?:- +)*${name}\s*:[ \t]*(?:&\S+[ \t]+)?[|>][^\r\n]*(?:\r?\n(?:\1[ \t]+[^\r\n]*|[ \t]*(?=\r?\n)))*`,
  'gim',
)

/**
 * A file's text without the passwords in it. The lines around an error appear on screens and in logs, and an Ansible inventory may
 * contain passwords. Offsets do not change.
 */
export function withoutPasswords(text: string): string {
  return text
    .replace(block, found => {
      const [first = ''] = found.split(/\r?\n/, 1)
      return first + starred(found.slice(first.length))
    })
    .replace(value, (found: string, key: string) => {
      const start = key.length + (/^\s*[:=][ \t]*/.exec(found.slice(key.length))?.[0].length ?? 0)
      return found.slice(0, start) + starred(found.slice(start))
    })
}

function starred(text: string): string {
  return text.replace(/[^\r\n]/g, '*')
}
