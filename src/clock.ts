/** Everything that asks for the time takes a clock, so that tests can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ')

/** In words, in UTC. */
export function formatTime(time: Date): string {
  const clock = time.toISOString().slice(11, 16)
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${clock} UTC`
}
