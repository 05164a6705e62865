import { seconds } from '../../src/durations.ts'

/** Prints one line: what was measured, the numbers, and what was to be reached. */
export function say(what: string, numbers: number[], target?: string): void {
  const words = numbers.map((number) => number.toFixed(1)).join(' / ')
  process.stdout.write(`${what}: ${words}${target ? ` (target: ${target})` : ''}\n`)
}

/** Takes times in ms and a share such as 0.99; returns the time under which that share lies. */
export function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Takes when things were done, in ms; returns how many a second, from the first of them to the last. */
export function rateOf(times: number[]): number {
  const took = Math.max(...times) - Math.min(...times)
  return (times.length - 1) / (took / seconds(1))
}
