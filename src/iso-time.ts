import { days, hours, minutes, seconds } from './durations.ts'
import { memoize } from './memoize.ts'

/** What `toISOString` gives, in a third of the time: that of V8 calls printf. Throws on an invalid Date. */
export function formatIso(time: Date): string {
  const day = Math.floor(time.getTime() / days(1))
  const left = time.getTime() - day * days(1)
  const hour = TWO_DIGITS[Math.floor(left / hours(1))]
  const minute = TWO_DIGITS[Math.floor(left / minutes(1)) % 60]
  const second = TWO_DIGITS[Math.floor(left / seconds(1)) % 60]
  return `${formatDay(day)}T${hour}:${minute}:${second}.${THREE_DIGITS[left % seconds(1)]}Z`
}

const formatDay = memoize((day: number) => new Date(day * days(1)).toISOString().split('T')[0])

const TWO_DIGITS = listNumbers(60, 2)
const THREE_DIGITS = listNumbers(1_000, 3)

function listNumbers(count: number, digits: number): string[] {
  return Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'))
}
