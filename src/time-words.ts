import { days, hours, minutes } from './durations.ts'

const format = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
})

/** Takes a time; returns it in words, in UTC. */
export function sayTime(time: Date): string {
  return `${format.format(time)} UTC`
}

/** Takes milliseconds; returns them in words, such as "60 minutes", "72 hours" or "7 days". */
export function sayDuration(duration: number): string {
  if (duration <= hours(1)) return `${duration / minutes(1)} minutes`
  if (duration <= days(3)) return `${duration / hours(1)} hours`
  return `${duration / days(1)} days`
}
