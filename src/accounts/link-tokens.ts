import { createHmac, timingSafeEqual } from 'node:crypto'

// An email carries the id of a row and a MAC of it: the row alone, or a copy of the database, makes no link.

/** Secrets newest first. */
export function tokenOf(secrets: readonly string[], linkId: string): string {
  return `${linkId}.${macOf(secrets[0] ?? '', linkId)}`
}

/** The id of the link, or null unless one of the secrets made the token. */
export function linkIdOf(secrets: readonly string[], token: string): string | null {
  const [linkId, mac, ...rest] = token.split('.')
  if (!linkId || !mac || rest.length > 0) return null
  return secrets.some((secret) => isSame(mac, macOf(secret, linkId))) ? linkId : null
}

export function createLinkUrls(secrets: readonly string[], origin: string) {
  return (linkId: string, path: string): string =>
    `${origin}${path}?${new URLSearchParams({ token: tokenOf(secrets, linkId) })}`
}

// The text is part of links that are under way: changing it voids them.
function macOf(secret: string, linkId: string): string {
  return createHmac('sha256', secret).update(`link in a mail ${linkId}`).digest('base64url')
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
