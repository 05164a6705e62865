/** Everything that asks for the time takes a clock, so that tests can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

const format = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'short',
  timeZone: 'UTC',
})

/** In words, in UTC. */
export function formatTime(time: Date): string {
  return `${format.format(time)} UTC`
}
