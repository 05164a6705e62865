import type { ForgeryReason } from './http-error.ts'

export type ErrorWords = { title: string; message: string }

/** What a visitor is told for each status: what happened, and what to do now. */
export const errorPages: Record<number, ErrorWords> = {
  400: {
    title: 'That request could not be read',
    message: 'Something in it was not in the form that this page expects. Nothing was changed.',
  },
  401: { title: 'Log in to see this', message: 'This page is for users who are logged in.' },
  404: {
    title: 'Page not found',
    message: 'There is no page at this URL. Check it for mistakes.',
  },
  405: { title: 'That does not work here', message: 'This page cannot be used in that way.' },
  413: { title: 'That was too much', message: 'What was sent is larger than this page accepts.' },
  415: {
    title: 'That kind of data is not accepted',
    message: 'This page takes ordinary web forms in UTF-8.',
  },
  429: {
    title: 'Too many attempts',
    message: 'To keep accounts safe, you have to wait before you try again. Nothing was changed.',
  },
  500: {
    title: 'Something went wrong on our side',
    message: 'It has been recorded. Trying again in a moment may help.',
  },
  503: {
    title: 'Busy right now',
    message: 'The service cannot answer at the moment. Nothing was changed. Try again shortly.',
  },
}

/** Instead of those of 503, where a change may have been made before the database went away. */
export const unknownOutcome: ErrorWords = {
  title: 'Busy right now',
  message:
    'The service cannot answer at the moment. What you did may have been done or not: check before you repeat it.',
}

/** Why a form was refused unread, and the way out. */
export const forgeryPages: Record<ForgeryReason, ErrorWords> = {
  'cross-site': {
    title: 'This form came from another site',
    message: 'Nothing was changed. If you meant to send it, open the page here and send it again.',
  },
  'other-origin': {
    title: 'This site has another URL',
    message:
      'You opened it at a URL where it cannot be used. Nothing was changed. Open it at its own URL and send the form again.',
  },
  'no-cookies': {
    title: 'This site needs cookies',
    message:
      'Your browser sent none with this form. Nothing was changed. Allow cookies for this site, open the page again and send the form once more.',
  },
  stale: {
    title: 'This form is out of date',
    message:
      'It was open for too long, or the site was opened in another tab since. Nothing was changed. Try again: the form works once you have opened it anew.',
  },
}

/** The same for a page that shows its form again. */
export const forgeryErrors: Record<ForgeryReason, string> = {
  'cross-site': 'This form came from another site. If you meant to send it, send it again.',
  'other-origin': forgeryPages['other-origin'].message,
  'no-cookies': 'This site needs cookies. Allow them in your browser, then send the form again.',
  stale:
    'This page was open for too long, or the site was opened in another tab since. Send the form again.',
}

/** Never rounded down. */
export function sayWait(seconds: number): string {
  if (seconds < 90) return count(Math.max(1, Math.ceil(seconds)), 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? count(minutes, 'minute') : count(Math.ceil(minutes / 60), 'hour')
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
