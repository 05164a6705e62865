/** A path of ours, or null when following it could leave the site (CWE-601). */
export function safeNext(next: unknown, origin: string): string | null {
  if (typeof next !== 'string' || next.length > LONGEST || !LOCAL_PATH.test(next)) return null
  if (!URL.canParse(next, origin)) return null
  const url = new URL(next, origin)
  // "/.//evil.example" has our origin, but its normalised path would be read as another host.
  if (url.origin !== origin || url.pathname.startsWith('//')) return null
  return url.pathname + url.search
}

/** Where a form, or the URL of its page, wants to go on after logging in. */
export function nextOf(
  { body, query }: { body?: unknown; query: Record<string, unknown> },
  origin: string,
): string | null {
  const inForm: unknown = Object(body).next
  return safeNext(inForm ?? query.next, origin)
}

// In characters. Escaped it is three times as long, and servers refuse headers of 16 KiB.
const LONGEST = 2_048

// One slash, then no slash; browsers read a backslash as a slash and drop tabs and line ends.
const LOCAL_PATH = /^\/(?!\/)[^\\\p{Cc}]*$/u

/** The login view with a way back in one field of its query, other fields kept. More than 2,048 characters are left out. */
export function loginUrl(loginView: string, nextUrl: string | null, nextField = 'next'): string {
  if (nextUrl === null || nextUrl.length > LONGEST) return loginView
  const [url = '', fragment] = loginView.split('#')
  const [path = '', query] = url.split('?')
  const parameters = new URLSearchParams(query)
  parameters.set(nextField, makeNextParam(loginView, nextUrl))
  return `${path}?${parameters}${fragment === undefined ? '' : `#${fragment}`}`
}

/** The current URL without scheme and host, where the login view shares them. */
export function makeNextParam(loginView: string, currentUrl: string): string {
  if (!URL.canParse(currentUrl)) return currentUrl
  const current = new URL(currentUrl)
  const isSameOrigin = !URL.canParse(loginView) || new URL(loginView).origin === current.origin
  return isSameOrigin ? current.pathname + current.search : currentUrl
}
