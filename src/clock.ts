import { hours } from './durations.ts'

/** Everything that asks for the time takes a clock, so that tests can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** The latest time that can have been noted. A clock that was ahead for a while has left later ones, and what was made then is over; the clocks of several machines differ by less. */
export const latestPossible = (now: Date): Date => new Date(now.getTime() + hours(1))
