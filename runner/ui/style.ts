import { styleText } from 'node:util'

type Paint = (text: string) => string

/** Colours and marks of text. */
export interface Style {
  good: Paint
  bad: Paint
  careful: Paint
  quiet: Paint
  strong: Paint
  accent: Paint
  symbols: { ok: string; failed: string; running: string; waiting: string; more: string }
}

const unicode = { ok: '✔', failed: '✖', running: '›', waiting: '·', more: '…' }
const ascii = { ok: '+', failed: 'x', running: '>', waiting: '.', more: '...' }

/** The style for a terminal with or without colours, and for a locale with or without UTF-8. */
export function createStyle(options: { color: boolean; utf8: boolean }): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    text =>
      options.color && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    good: paint('green'),
    bad: paint('red'),
    careful: paint('yellow'),
    quiet: paint('dim'),
    strong: paint('bold'),
    accent: paint('cyan'),
    symbols: options.utf8 ? unicode : ascii,
  }
}

/** Whether the character set of the locale is UTF-8. The variables have libc's order: LC_ALL, LC_CTYPE, LANG. */
export function localeIsUtf8(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '')
}
