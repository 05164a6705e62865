import type { Key, Text } from '../words/words.ts'
import type { ForgeryReason } from './http-error.ts'

type ErrorWords = { heading: Key; message: Key }

const STATUSES = [400, 401, 404, 405, 413, 415, 429, 500, 503] as const

/** What a visitor is told: what happened, and what to do now. `isUnchanged` is false where a change may have been made before the database went away. */
export function findErrorPage(
  status: number,
  reason: ForgeryReason | null,
  isUnchanged: boolean,
): ErrorWords {
  if (status === 503 && !isUnchanged)
    return { heading: 'error.503-title', message: 'error.503-unknown' }
  const known = STATUSES.find((each) => each === status)
  const what = reason ?? known ?? (status < 500 ? 400 : 500)
  return { heading: `error.${what}-title`, message: `error.${what}` }
}

/** Why a form was refused unread, for a page that shows it again. */
export const forgeryErrors: Record<ForgeryReason, Key> = {
  'cross-site': 'error.cross-site-form',
  'other-origin': 'error.other-origin',
  'no-cookies': 'error.no-cookies-form',
  stale: 'error.stale-form',
}

/** Never rounded down. */
export function sayWait(seconds: number): Text {
  if (seconds < 90) return ['error.seconds', { count: Math.max(1, Math.ceil(seconds)) }]
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 90) return ['error.minutes', { count: minutes }]
  return ['error.hours', { count: Math.ceil(minutes / 60) }]
}
