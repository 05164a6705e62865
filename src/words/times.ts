import { days, hours, minutes } from '../durations.ts'
import { keepLatest } from './keep-latest.ts'

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const

const CLOCK = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const

const STYLES = {
  day: DAY,
  clock: CLOCK,
  weekday: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  full: { ...DAY, ...CLOCK },
} as const

type Unit = 'second' | 'minute' | 'hour' | 'day'

export type TimeZone = string | null | undefined

/** In words of a language, with the name of the time zone: UTC where none is given, or it is not known here. */
export function formatTime(time: Date, language: string, timeZone: TimeZone): string {
  return formatMinute(Math.floor(time.getTime() / minutes(1)), language, timeZone)
}

/** The day in words, such as "Monday 5 January 2026". */
export function formatDay(time: Date, language: string, timeZone: TimeZone): string {
  return formatOf('weekday', language, timeZone).format(time)
}

/** Such as "2 minutes ago", and from a week on the day. Under its date, the exact time from an hour on. */
export function formatAgo(
  time: Date,
  now: Date,
  language: string,
  timeZone: TimeZone,
  style: 'day' | 'clock' = 'day',
): string {
  const past = now.getTime() - time.getTime()
  const say = (count: number, unit: Unit) => formatDistance(Math.floor(count), unit, language)
  if (past < minutes(1)) return say(0, 'second')
  if (past < hours(1)) return say(past / minutes(1), 'minute')
  if (style === 'clock') return formatOf('clock', language, timeZone).format(time)
  if (past < days(1)) return say(past / hours(1), 'hour')
  if (past < days(7)) return say(past / days(1), 'day')
  return formatOf('day', language, timeZone).format(time)
}

// Formatting costs more than the rest of a row, and users see the same times again.
const formatMinute = keepLatest((minute: number, language: string, timeZone: TimeZone) =>
  formatOf('full', language, timeZone).format(minute * minutes(1)),
)

const formatDistance = keepLatest((count: number, unit: Unit, language: string) =>
  distanceOf(language, unit).format(-count, unit),
)

// Each takes 0.2 ms to make.
const formatOf = keepLatest((style: keyof typeof STYLES, language: string, timeZone: TimeZone) => {
  const known = (timeZone && findTimeZone(timeZone)) || 'UTC'
  return new Intl.DateTimeFormat(localeOf(language), { ...STYLES[style], timeZone: known })
})

// "Yesterday" would be wrong for half of what happened 30 hours ago, "0 seconds ago" is "now".
const distanceOf = keepLatest(
  (language: string, unit: Unit) =>
    new Intl.RelativeTimeFormat(language, { numeric: unit === 'second' ? 'auto' : 'always' }),
)

// Plain English writes the day before the month, as the languages around it do.
function localeOf(language: string): string {
  return language === 'en' ? 'en-GB' : language
}

/** Such as "60 minutes", "72 hours" or "7 days". */
export function formatDuration(duration: number, language: string): string {
  const say = (count: number, unit: string) =>
    new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
  if (duration <= hours(1)) return say(duration / minutes(1), 'minute')
  if (duration <= days(3)) return say(duration / hours(1), 'hour')
  return say(duration / days(1), 'day')
}

const LONGEST_ZONE = 64

const ZONES = Intl.supportedValuesOf('timeZone')

/** The time zones of the IANA database, by name. */
export function listTimeZones(): readonly string[] {
  return ZONES
}

/** The name that this program has for a time zone, which may have others; null where it is none. */
export function findTimeZone(name: string): string | null {
  // Not +01:00, which newer versions of Node take: it knows no summer time.
  if (name.length > LONGEST_ZONE || !/^[a-z]/i.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
