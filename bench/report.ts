import { callDifference, median } from './numbers.ts'

/** One line of a result: a ratio by round, or with a unit what was measured in each round. */
export type Check = {
  what: string
  values: number[]
  unit?: 's' | 'MB'
  atLeast?: number
  atMost?: number
}

export function say(words: string): void {
  process.stdout.write(`${words}\n`)
}

/** Median [minimum–maximum]. */
export function formatSpread(values: number[], digits = 0): string {
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(
    (value) => value.toFixed(digits),
  )
  return `${middle} [${least}–${most}]`
}

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function checksTable(checks: Check[]): string {
  const head = ['Comparison', 'Median [min–max]', 'Difference', 'Goal', '']
  return table(head, checks.map(rowOf))
}

function rowOf(check: Check): string[] {
  const { what, values, unit } = check
  const measured = `${formatSpread(values, unit === 'MB' ? 0 : 2)}${unit ? ` ${unit}` : ''}`
  return [what, measured, unit ? '' : callDifference(values), goalOf(check), verdictOf(check)]
}

function goalOf({ atLeast, atMost }: Check): string {
  if (atLeast !== undefined) return `at least ${atLeast}`
  return atMost === undefined ? '' : `at most ${atMost}`
}

function verdictOf({ values, atLeast, atMost }: Check): string {
  if (atLeast === undefined && atMost === undefined) return ''
  const middle = median(values)
  return middle >= (atLeast ?? 0) && middle <= (atMost ?? Infinity) ? 'reached' : '**missed**'
}
