/** The value at or under which that share of them lies, such as 0.99. */
export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export function median(values: number[]): number {
  return percentile(values, 0.5)
}

/** One number of every round. */
export function pick<K extends string>(rounds: Record<K, number>[], key: K): number[] {
  return rounds.map((round) => round[key])
}

/** Round by round: what slows a whole round down slows both. */
export function divide(ones: number[], others: number[]): number[] {
  return ones.map((one, round) => one / (others[round] ?? Number.NaN))
}

const FEWEST_ROUNDS = 3

/** Refuses to call a difference that is smaller than the spread: the factor between the rounds' smallest and largest ratio. */
export function callDifference(ratios: number[]): 'more' | 'less' | 'no difference' {
  const middle = median(ratios)
  const factor = Math.max(middle, 1 / middle)
  const spread = Math.max(...ratios) / Math.min(...ratios)
  if (ratios.length < FEWEST_ROUNDS || !(factor > spread)) return 'no difference'
  return middle > 1 ? 'more' : 'less'
}

/** How many a second, from the first of these times in milliseconds to the last. */
export function rateOf(times: number[]): number {
  const took = Math.max(...times) - Math.min(...times)
  return (times.length - 1) / (took / 1000)
}
