/** The spread of measured values. */
export interface Figures {
  min: number
  median: number
  max: number
}

/** @param numbers - at least one. The median of an even number of them is the mean of its two middle ones. */
export function figuresOf(numbers: readonly number[]): Figures {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = (sorted.length - 1) / 2
  return {
    min: sorted[0]!,
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2,
    max: sorted.at(-1)!,
  }
}
