const LONGEST = 64

const ZONES = Intl.supportedValuesOf('timeZone')

/** The time zones of the IANA database, by name. */
export function listTimeZones(): readonly string[] {
  return ZONES
}

/** The name that this program has for a time zone, which may have others; null where it is none. */
export function findTimeZone(name: string): string | null {
  // Not +01:00, which newer versions of Node take: it knows no summer time.
  if (name.length > LONGEST || !/^[a-z]/i.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}
