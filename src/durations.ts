/** Milliseconds in so many seconds. Only this file turns units of time into milliseconds. */
export const seconds = (count: number): number => count * 1000

/** Milliseconds in so many minutes. */
export const minutes = (count: number): number => seconds(count * 60)

/** Milliseconds in so many hours. */
export const hours = (count: number): number => minutes(count * 60)

/** Milliseconds in so many days of 24 hours. */
export const days = (count: number): number => hours(count * 24)
