/** Whether one of two samples tends to be the greater, and how sure that is. */
export type Comparison = {
  u: number
  z: number
  /** How often chance alone would tell the two as far apart, two-sided. */
  p: number
  /** How often a value of the first is greater than one of the second: 0.5 where nothing tells them apart. */
  auc: number
}

/** Mann and Whitney's U, with the normal approximation, corrected for ties and continuity. */
export function compareSamples(first: number[], second: number[]): Comparison {
  const [n1, n2] = [first.length, second.length]
  const n = n1 + n2
  const groups = groupTies([...first, ...second])
  const rankSum = first.reduce((sum, value) => sum + (groups.get(value)?.rank ?? 0), 0)
  const u = rankSum - (n1 * (n1 + 1)) / 2
  const ties = [...groups.values()].reduce((sum, { count }) => sum + count ** 3 - count, 0)
  const deviation = Math.sqrt(((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1))))
  const distance = u - (n1 * n2) / 2
  const corrected = Math.sign(distance) * Math.max(0, Math.abs(distance) - 0.5)
  const z = deviation === 0 ? 0 : corrected / deviation
  return { u, z, p: Math.min(1, 2 * tailOf(Math.abs(z))), auc: u / (n1 * n2) }
}

// Equal values share the mean of the ranks that they take up.
function groupTies(values: number[]): Map<number, { count: number; rank: number }> {
  const sorted = [...values].sort((one, other) => one - other)
  const groups = new Map<number, { count: number; rank: number }>()
  sorted.forEach((value, index) => {
    const { count, rank } = groups.get(value) ?? { count: 0, rank: index + 0.5 }
    groups.set(value, { count: count + 1, rank: rank + 0.5 })
  })
  return groups
}

// Abramowitz and Stegun 26.2.17, right to 7.5e-8.
function tailOf(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const sum = factors.reduceRight((rest, factor) => t * (factor + rest), 0)
  return (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * sum
}
