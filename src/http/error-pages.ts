export type ErrorPage = { title: string; message: string; incidentId: string | null }

type ErrorWords = Pick<ErrorPage, 'title' | 'message'>

/** What a visitor is told for each status: what happened, and what to do now. */
export const errorPages: Record<number, ErrorWords> = {
  400: {
    title: 'That request could not be read',
    message: 'Something in it was not in the form that this page expects. Go back and try again.',
  },
  401: { title: 'Log in to see this', message: 'This page is for people who are logged in.' },
  403: {
    title: 'This form is no longer good',
    message:
      'It was opened too long ago, in another browser, or came from another site. Nothing was changed. Open the page again and repeat what you did.',
  },
  404: {
    title: 'Page not found',
    message: 'Check the address, or start from the front page.',
  },
  405: { title: 'That does not work here', message: 'This page cannot be used in that way.' },
  413: { title: 'That was too much', message: 'What was sent is larger than this page accepts.' },
  415: {
    title: 'That kind of data is not accepted',
    message: 'This page takes ordinary web forms in UTF-8.',
  },
  429: {
    title: 'Too many attempts',
    message: 'To keep accounts safe, this is paused for a while. Nothing was changed.',
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

/** Takes seconds; returns the wait in words, never rounded down. */
export function sayWait(seconds: number): string {
  if (seconds < 90) return count(Math.max(1, Math.ceil(seconds)), 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes < 90 ? count(minutes, 'minute') : count(Math.ceil(minutes / 60), 'hour')
}

function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}
