import { describe, expect, test } from 'vitest'
import { AVATAR_COLOURS, drawAvatar } from '../../src/http/avatar.ts'

const draw = (username: string, name: string | null = null) => drawAvatar({ name, username })
const lettersOf = (svg: string) => />([^<]*)<\/text>/.exec(svg)?.[1]

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

describe('drawAvatar', () => {
  test.each([
    ['ada', null, 'A'],
    ['ada.lovelace', null, 'AL'],
    ['ada', 'Ada King Lovelace', 'AL'],
    ['ada', '  ángel   ñu ', 'ÁÑ'],
    ['ada', '<b> "x"', 'BX'],
    ['ada', '👋', ''],
    ['ada', '𝒜da', '𝒜'],
  ])('shows the initials of %s, whose name is %s', (username, name, letters) => {
    expect(lettersOf(draw(username, name))).toBe(letters)
  })

  test('looks the same whatever the name, and mostly differs by user name', () => {
    const pictures = new Set(Array.from({ length: 100 }, (_, at) => draw(`user${at}`, 'A')))

    expect(draw('ada', 'A')).toBe(draw('ada', 'A'))
    expect(pictures.size).toBeGreaterThan(50)
  })

  test('keeps its letters readable', () => {
    for (const colour of AVATAR_COLOURS)
      expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThan(4.5)
  })
})
