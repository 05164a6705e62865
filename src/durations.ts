// Every duration is in milliseconds. Only this file turns units of time into milliseconds.

export const seconds = (count: number): number => count * 1000

export const minutes = (count: number): number => seconds(count * 60)

export const hours = (count: number): number => minutes(count * 60)

export const days = (count: number): number => hours(count * 24)
