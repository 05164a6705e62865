import type { Key, Text } from '../words/words.ts'
import type { ForgeryReason } from './http-error.ts'

export type ErrorWords = { heading: Key; message: Key }

const STATUSES = [400, 401, 404, 405, 413, 415, 429, 500, 503] as const

/** What a visitor is told for each status: what happened, and what to do now. */
const errorPages = new Map<number, ErrorWords>(STATUSES.map((status) => [status, wordsOf(status)]))

/** Instead of those of 503, where a change may have been made before the database went away. */
export const unknownOutcome: ErrorWords = {
  heading: 'error.503-title',
  message: 'error.503-unknown',
}

export function findErrorPage(status: number): ErrorWords {
  return errorPages.get(status) ?? wordsOf(status < 500 ? 400 : 500)
}

/** Why a form was refused unread, and the way out. */
export function forgeryPage(reason: ForgeryReason): ErrorWords {
  return wordsOf(reason)
}

/** The same for a page that shows its form again. */
export const forgeryErrors: Record<ForgeryReason, Key> = {
  'cross-site': 'error.cross-site-form',
  'other-origin': 'error.other-origin',
  'no-cookies': 'error.no-cookies-form',
  stale: 'error.stale-form',
}

function wordsOf(what: (typeof STATUSES)[number] | ForgeryReason): ErrorWords {
  return { heading: `error.${what}-title`, message: `error.${what}` }
}

/** Never rounded down. */
export function sayWait(seconds: number): Text {
  if (seconds < 90) return ['error.seconds', { count: Math.max(1, Math.ceil(seconds)) }]
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 90) return ['error.minutes', { count: minutes }]
  return ['error.hours', { count: Math.ceil(minutes / 60) }]
}
