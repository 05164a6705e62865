/** Tells the time. Everything that asks for the time takes one, so that a test can turn it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
