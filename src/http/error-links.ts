import type { Request } from 'express'
import type { Text } from '../words/words.ts'
import type { ForgeryReason } from './http-error.ts'
import type { Page } from './page.ts'

/** A link on an error page. */
export type ErrorLink = { href: string; text: Text }

const START: ErrorLink = { href: '/', text: 'error.to-start' }
export const FORGOT_PASSWORD: ErrorLink = { href: '/forgot-password', text: 'form.forgot-password' }

/** Where an error page leads: back to the form, or to the page again; the start page last. */
export function createErrorLinks(pages: Page[], appUrl: string) {
  // The longest path first: it is the nearest.
  const shown = pages
    .filter(({ get, path }) => get && path !== '/')
    .sort((one, other) => other.path.length - one.path.length)
  return (req: Request, status: number, reason: ForgeryReason | null): ErrorLink[] => {
    const page = findNearest(shown, req.path)
    if (!page) return [START]
    if (reason === 'other-origin')
      return [{ href: `${appUrl}${page.path}`, text: ['error.open-at', { url: appUrl }] }]
    const text: Text = req.method === 'POST' ? 'error.back-to-form' : 'error.try-again'
    const back = { href: page.path + keepNext(req), text }
    const helps = status === 429 && page.linkWhenLimited ? [page.linkWhenLimited] : []
    return [back, ...helps, START]
  }
}

// The page reads it as it does that of any link.
function keepNext(req: Request): string {
  const next: unknown = req.body?.next ?? req.query.next
  return typeof next === 'string' && next ? `?${new URLSearchParams({ next })}` : ''
}

// A form without a page of its own stands on the page above it: /account/devices/7/revoke on /account/devices.
function findNearest(shown: Page[], path: string): Page | undefined {
  return shown.find((page) => `${path}/`.startsWith(`${page.path}/`))
}
