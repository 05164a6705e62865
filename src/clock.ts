/** Everything that asks for the time takes a clock, so that tests can set it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ')

const formats = new Map<string, Intl.DateTimeFormat>()

/** In words of a language, in UTC. */
export function formatTime(time: Date, language = 'en'): string {
  if (language !== 'en') return `${formatOf(language).format(time)} UTC`
  const clock = time.toISOString().slice(11, 16)
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${clock} UTC`
}

// Made when first needed: each takes memory and time, and English needs none.
function formatOf(language: string): Intl.DateTimeFormat {
  const styles = { dateStyle: 'medium', timeStyle: 'short' } as const
  const found =
    formats.get(language) ?? new Intl.DateTimeFormat(language, { ...styles, timeZone: 'UTC' })
  formats.set(language, found)
  return found
}
