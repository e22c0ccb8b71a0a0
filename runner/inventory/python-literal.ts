import type { Mark } from './origin.js'

/** The value of a Python literal, and the positions of it and everything in it, as indexes of the text. */
export interface PythonLiteral {
  value: unknown
  mark: Mark
}

/** Deeper nesting is no value that somebody wrote by hand. */
const maxDepth = 50

const names = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
])
const digits = String.raw`\d(?:_?\d)*`
const exponent = String.raw`[eE][+-]?${digits}`
const float = new RegExp(String.raw`(?:${digits})?\.${digits}(?:${exponent})?|${digits}\.?${exponent}|${digits}\.`, 'y')
const integer = /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*/y

/**
 * Reads a value as Python's `ast.literal_eval`, with which Ansible reads values of INI inventories: numbers, quoted texts, `True`,
 * `False`, `None`, lists, tuples and dictionaries. Everything else is undefined, and stays a text for the caller: a word, an
 * address, an expression; and, unlike in Python, a number too large for a JavaScript number, a set, bytes, and a complex number.
 */
export function readPythonLiteral(text: string): PythonLiteral | undefined {
  try {
    return new Reader(text).readAll()
  } catch (error) {
    if (error instanceof NotALiteral) return undefined
    throw error
  }
}

class NotALiteral extends Error {}

class Reader {
  readonly #text: string
  #index = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  /** As in Python, a comma makes a tuple, with or without parentheses. */
  readAll(): PythonLiteral {
    this.#skipSpace()
    const literal = this.#readTuple(undefined, this.#index)
    const rest = this.#text.slice(this.#index)
    if (rest !== '' && !rest.startsWith('#')) throw new NotALiteral()
    return literal
  }

  #readValue(): PythonLiteral {
    this.#skipSpace()
    const start = this.#index
    if (++this.#depth > maxDepth) throw new NotALiteral()
    const literal = this.#readInner(start)
    this.#depth--
    this.#skipSpace()
    return literal
  }

  #readInner(start: number): PythonLiteral {
    if (this.#take('[')) return this.#readList(start)
    if (this.#take('{')) return this.#readDictionary(start)
    if (this.#take('(')) return this.#readTuple(')', start)
    const text = this.#readTexts()
    if (text !== undefined) return plain(text, start)
    const name = this.#match(/[A-Za-z]+(?![\w.])/y)
    if (name !== undefined) {
      if (!names.has(name)) throw new NotALiteral()
      return plain(names.get(name), start)
    }
    const sign = this.#match(/[+-]/y)
    this.#skipSpace()
    const number = this.#match(float) ?? this.#match(integer)
    const value = Number(number?.replaceAll('_', ''))
    const isExact =
      Number.isSafeInteger(value) || (number !== undefined && /[.eE]/.test(number) && Number.isFinite(value))
    if (!isExact || this.#match(/[\w.]/y) !== undefined) throw new NotALiteral()
    return plain(sign === '-' ? -value : value, start)
  }

  #readList(start: number): PythonLiteral {
    const items: PythonLiteral[] = []
    while (this.#skipSpace() && !this.#take(']')) {
      items.push(this.#readValue())
      if (!this.#take(',') && this.#text[this.#index] !== ']') throw new NotALiteral()
    }
    return list(items, start)
  }

  /** A value in parentheses is itself; with a comma, or empty, it is a tuple. */
  #readTuple(end: string | undefined, start: number): PythonLiteral {
    const items: PythonLiteral[] = []
    let isTuple = end !== undefined
    const isAtEnd = () => (end === undefined ? /^(#|$)/.test(this.#text.slice(this.#index)) : this.#take(end))
    while (this.#skipSpace() && !isAtEnd()) {
      items.push(this.#readValue())
      isTuple = this.#take(',')
      if (!isTuple && isAtEnd()) break
      if (!isTuple) throw new NotALiteral()
    }
    const [first] = items
    if (isTuple || items.length > 1) return list(items, start)
    if (!first) throw new NotALiteral()
    return first
  }

  #readDictionary(start: number): PythonLiteral {
    const pairs = new Map<string, PythonLiteral>()
    while (this.#skipSpace() && !this.#take('}')) {
      const key = this.#readValue()
      if (typeof key.value === 'object' && key.value !== null) throw new NotALiteral()
      if (!this.#take(':')) throw new NotALiteral()
      const { value, mark } = this.#readValue()
      pairs.set(String(key.value), { value, mark: { ...mark, key: key.mark.value } })
      if (!this.#take(',') && this.#text[this.#index] !== '}') throw new NotALiteral()
    }
    return {
      // `Object.fromEntries` defines even `__proto__` as a plain property.
      value: Object.fromEntries([...pairs].map(([key, { value }]) => [key, value])),
      mark: { ...at(start), children: new Map([...pairs].map(([key, { mark }]) => [key, mark])) },
    }
  }

  /** One text, or several side by side, which Python joins. */
  #readTexts(): string | undefined {
    let text: string | undefined
    for (;;) {
      const opening = this.#match(/[uU]?(?:"""|'''|"|')|[rR](?:"""|'''|"|')/y)
      if (opening === undefined) return text
      const quote = opening.replace(/^\w/, '')
      const body = this.#match(new RegExp(String.raw`(?:\\.|(?!${quote}).)*`, 'sy')) ?? ''
      if (!this.#take(quote)) throw new NotALiteral()
      text = (text ?? '') + (/^r/i.test(opening) ? body : unescape(body))
      this.#skipSpace()
    }
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#index)) return false
    this.#index += text.length
    return true
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#index
    const match = sticky.exec(this.#text)
    if (!match) return undefined
    this.#index += match[0].length
    return match[0]
  }

  #skipSpace(): true {
    this.#match(/[ \t\f]*/y)
    return true
  }
}

function at(index: number): Mark {
  return { key: index, value: index, children: new Map() }
}

function plain(value: unknown, start: number): PythonLiteral {
  return { value, mark: at(start) }
}

function list(items: PythonLiteral[], start: number): PythonLiteral {
  return {
    value: items.map(({ value }) => value),
    mark: { ...at(start), children: new Map(items.map(({ mark }, index) => [String(index), mark])) },
  }
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' }

/** Python leaves a backslash before any other character. */
function unescape(body: string): string {
  return body.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([xuUN])|(.))/gs,
    (
      all,
      hex: string | undefined,
      short: string | undefined,
      long: string | undefined,
      octal: string | undefined,
      broken: string | undefined,
      other: string,
    ) => {
      if (broken !== undefined) throw new NotALiteral()
      const digitsOf16 = hex ?? short ?? long
      if (digitsOf16 !== undefined) return fromCode(Number.parseInt(digitsOf16, 16))
      if (octal !== undefined) return fromCode(Number.parseInt(octal, 8))
      return /["'\\]/.test(other) ? other : (escapes[other] ?? all)
    },
  )
}

function fromCode(code: number): string {
  if (code > 0x10_ff_ff) throw new NotALiteral()
  return String.fromCodePoint(code)
}
