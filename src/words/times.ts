import { days, hours, minutes } from '../durations.ts'
import { memoize } from '../memoize.ts'

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

type Unit = 'minute' | 'hour' | 'day'

export type TimeZone = string | null | undefined

/** Writes times in a language and a time zone. */
export type Times = {
  /** With the name of the time zone. */
  exact: (time: Date) => string
  /** The day, such as "Monday 5 January 2026". */
  day: (time: Date) => string
  /** Such as "2 minutes ago", and from a week on the day. With `clock`, for lists under a date, the time of day from an hour on. */
  ago: (time: Date, now: Date, style?: 'day' | 'clock') => string
}

/** UTC where no zone is given, or it is not known here. */
export function timesIn(language: string, timeZone: TimeZone): Times {
  return timesOf(language)(timeZone)
}

const timesOf = memoize((language: string) =>
  memoize((timeZone: TimeZone) => createTimes(language, timeZone)),
)

// Formatting costs more than the rest of a row, and users see the same times again.
function createTimes(language: string, timeZone: TimeZone): Times {
  const formatOf = memoize((style: keyof typeof STYLES) => openFormat(style, language, timeZone))
  const exact = memoize((minute: number) => formatOf('full').format(minute * minutes(1)))
  const distances = distancesIn(language)
  return {
    exact: (time) => exact(Math.floor(time.getTime() / minutes(1))),
    day: (time) => formatOf('weekday').format(time),
    ago(time, now, style = 'day') {
      const past = now.getTime() - time.getTime()
      if (past < minutes(1)) return distances.now
      if (past < hours(1)) return distances.minutes(Math.floor(past / minutes(1)))
      if (style === 'clock') return formatOf('clock').format(time)
      if (past < days(1)) return distances.hours(Math.floor(past / hours(1)))
      if (past < days(7)) return distances.days(Math.floor(past / days(1)))
      return formatOf('day').format(time)
    },
  }
}

// "Yesterday" would be wrong for half of what happened 30 hours ago, "0 seconds ago" is "now".
const distancesIn = memoize((language: string) => {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'always' })
  const past = (unit: Unit) => memoize((count: number) => format.format(-count, unit))
  const now = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(0, 'second')
  return { now, minutes: past('minute'), hours: past('hour'), days: past('day') }
})

// Takes 0.2 ms: keep what it returns.
function openFormat(style: keyof typeof STYLES, language: string, timeZone: TimeZone) {
  const known = (timeZone && findTimeZone(timeZone)) || 'UTC'
  return new Intl.DateTimeFormat(localeOf(language), { ...STYLES[style], timeZone: known })
}

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
