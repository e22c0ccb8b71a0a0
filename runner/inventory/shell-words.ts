/** A word of a line, and the position in the line of each of its characters. */
export interface ShellWord {
  text: string
  /** Where the word begins, with its opening quote. */
  start: number
  positions: number[]
}

/**
 * Splits a line into words as Python's `shlex.split`, with which Ansible reads host lines and ssh's arguments: quotes group, a backslash
 * quotes one character.
 *
 * @param options.comments - whether `#` ends the line, even inside a word, as in host lines.
 * Throws a RangeError if a quote is not closed, or nothing follows a backslash.
 */
export function splitWords(line: string, { comments }: { comments: boolean }): ShellWord[] {
  const words: ShellWord[] = []
  let word: ShellWord | undefined
  let quote: string | undefined

  for (let index = 0; index < line.length; index++) {
    const character = line[index]!
    if (quote === undefined) {
      if (comments && character === '#') break
      if (/[ \t\r\n]/.test(character)) {
        word = undefined
        continue
      }
    }
    if (!word) words.push((word = { text: '', start: index, positions: [] }))
    if (character === quote) quote = undefined
    else if (quote === undefined && /["']/.test(character)) quote = character
    else if (character === '\\' && quote !== "'") {
      const next = line[++index]
      if (next === undefined) throw new RangeError('expected a character after the backslash')
      // In double quotes, a backslash quotes only the quote and itself.
      if (quote === '"' && next !== '"' && next !== '\\') append(word, '\\', index - 1)
      append(word, next, index)
    } else append(word, character, index)
  }
  if (quote !== undefined) throw new RangeError('expected a closing quote')
  return words
}

function append(word: ShellWord, character: string, position: number): void {
  word.text += character
  word.positions.push(position)
}
