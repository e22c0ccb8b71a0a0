/**
 * The number of letters to add, remove, change or swap with their neighbour to turn one word into the other (optimal string
 * alignment: `hots` is one step from `host`). Swapped letters are the usual typing error, and the common packages for string
 * distance count them as two.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/**
 * The known word that was probably meant: at most two steps away, or one for words under six letters (two steps turn `env`
 * into `dns`). Case is ignored.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined
  for (const name of known) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase())
    if (distance <= (name.length < 6 ? 1 : 2) && distance < (best?.distance ?? Infinity)) {
      best = { name, distance }
    }
  }
  return best?.name
}

/** `Did you mean "node1"?`, or else the list of known words, if there are any. */
export function didYouMean(word: string, known: Iterable<string>, label: string): string | undefined {
  const names = [...known]
  const near = nearest(word, names)
  if (near !== undefined) return `Did you mean "${near}"?`
  return names.length === 0 ? undefined : `${label}: ${names.join(', ')}.`
}
