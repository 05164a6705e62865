import { describe, expect, test } from 'vitest'
import { days, hours, minutes, seconds } from '../../src/durations.ts'
import { formatDuration, timesIn } from '../../src/words/times.ts'

const NOW = new Date('2026-07-31T22:30:00Z')
const earlier = (past: number) => new Date(NOW.getTime() - past)

describe('timesIn(…).exact', () => {
  test.each([
    ['en', null, '31 Jul 2026, 22:30 UTC'],
    ['en', 'UTC', '31 Jul 2026, 22:30 UTC'],
    ['en', 'Europe/Madrid', '1 Aug 2026, 00:30 CEST'],
    ['es', 'Europe/Madrid', '1 ago 2026, 00:30 CEST'],
    ['es', 'America/New_York', '31 jul 2026, 18:30 GMT-4'],
    ['es', 'Europe/Atlantis', '31 jul 2026, 22:30 UTC'],
  ])('writes in %s, at %s: %s', (language, timeZone, words) => {
    expect(timesIn(language, timeZone).exact(NOW)).toBe(words)
  })

  test('follows summer time', () => {
    const winter = new Date('2026-01-31T22:30:00Z')

    expect(timesIn('en', 'Europe/Madrid').exact(winter)).toBe('31 Jan 2026, 23:30 CET')
  })
})

describe('timesIn(…).ago', () => {
  test.each([
    [0, 'now', 'ahora'],
    [-hours(1), 'now', 'ahora'],
    [seconds(59), 'now', 'ahora'],
    [seconds(60), '1 minute ago', 'hace 1 minuto'],
    [minutes(2) + seconds(59), '2 minutes ago', 'hace 2 minutos'],
    [hours(1) - 1, '59 minutes ago', 'hace 59 minutos'],
    [hours(1), '1 hour ago', 'hace 1 hora'],
    [days(1) - 1, '23 hours ago', 'hace 23 horas'],
    [hours(30), '1 day ago', 'hace 1 día'],
    [days(7) - 1, '6 days ago', 'hace 6 días'],
    [days(7), '24 Jul 2026', '24 jul 2026'],
  ])('says of %d ms "%s" and "%s"', (past, english, spanish) => {
    expect(timesIn('en', null).ago(earlier(past), NOW)).toBe(english)
    expect(timesIn('es', null).ago(earlier(past), NOW)).toBe(spanish)
  })

  test.each([
    [hours(1) - 1, '59 minutes ago'],
    [hours(1), '23:30 CEST'],
    [days(8), '00:30 CEST'],
  ])('says under a date of %d ms "%s"', (past, words) => {
    expect(timesIn('en', 'Europe/Madrid').ago(earlier(past), NOW, 'clock')).toBe(words)
  })

  test('names the day that it was where the reader is', () => {
    expect(timesIn('en', 'Europe/Madrid').ago(earlier(days(31)), NOW)).toBe('1 Jul 2026')
  })
})

test.each([
  [minutes(60), '60 minutes', '60 minutos'],
  [hours(72), '72 hours', '72 horas'],
  [days(14), '14 days', '14 días'],
])('formatDuration says of %d ms "%s" and "%s"', (duration, english, spanish) => {
  expect(formatDuration(duration, 'en')).toBe(english)
  expect(formatDuration(duration, 'es')).toBe(spanish)
})
