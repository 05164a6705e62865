// Every duration is in milliseconds. Only this file turns units of time into milliseconds.

export const seconds = (count: number): number => count * 1000

export const minutes = (count: number): number => seconds(count * 60)

export const hours = (count: number): number => minutes(count * 60)

export const days = (count: number): number => hours(count * 24)

/** Such as "60 minutes", "72 hours" or "7 days". */
export function formatDuration(duration: number): string {
  if (duration <= hours(1)) return `${duration / minutes(1)} minutes`
  if (duration <= days(3)) return `${duration / hours(1)} hours`
  return `${duration / days(1)} days`
}
