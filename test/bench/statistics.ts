/** The spread of a few runs of the same work. */
export interface Spread {
  median: number
  min: number
  max: number
}

/** @throws RangeError for no values at all. */
export function spread(values: number[]): Spread {
  if (values.length === 0) throw new RangeError('no values')
  const sorted = values.toSorted((one, other) => one - other)
  const half = sorted.length / 2
  return {
    median: (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  }
}

/**
 * The exponent of growth with a size between two points: 1 is proportional growth, less is slower.
 *
 * @param from - size and value at the smaller point; all numbers above 0.
 */
export function growthExponent(
  from: readonly [size: number, value: number],
  to: readonly [size: number, value: number],
): number {
  return Math.log(to[1] / from[1]) / Math.log(to[0] / from[0])
}
