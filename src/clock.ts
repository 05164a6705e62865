import { hours } from './durations.ts'

/** Everything that asks for the time takes a clock, so that tests can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/** Later times were noted by a clock that was ahead: what was made then is over. One hour allows for machines whose clocks differ. */
export const latestPossible = (now: Date): Date => new Date(now.getTime() + hours(1))
