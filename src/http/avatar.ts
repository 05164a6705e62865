import { memoize } from '../memoize.ts'

// White letters keep 4.5:1 on each.
export const AVATAR_COLOURS = [
  '#0b6654',
  '#1f5fa8',
  '#7a3fa0',
  '#a2385f',
  '#8a4b12',
  '#4f6113',
  '#2f5d73',
  '#5b4bb5',
] as const

const CORNERS = ['6 6', '26 6', '6 26', '26 26'] as const

export type Named = { name: string | null; username: string }

/** A picture of a user: their initials on a colour and a pattern that come from the user name. */
export function drawAvatar({ name, username }: Named): string {
  const letters = `<text x="16" y="20.5" text-anchor="middle" fill="#fff">${initialsOf(name || username)}</text>`
  return `<svg class="avatar" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">${drawGround(username)}${letters}</svg>`
}

const drawGround = memoize((username: string) => {
  const number = sumUp(username)
  const colour = AVATAR_COLOURS[number % AVATAR_COLOURS.length]
  const [x, y] = (CORNERS[(number >> 3) % CORNERS.length] ?? CORNERS[0]).split(' ')
  return `<rect width="32" height="32" fill="${colour}"/><circle cx="${x}" cy="${y}" r="${10 + ((number >> 5) % 4) * 2}" fill="#fff" fill-opacity=".1"/>`
})

// Letters and digits only, so there is nothing to escape.
const initialsOf = memoize((name: string) => {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends
    .map((word = '') => String.fromCodePoint(word.codePointAt(0) ?? 0).toUpperCase())
    .join('')
})

function sumUp(text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) & 0xffff
  return sum
}
