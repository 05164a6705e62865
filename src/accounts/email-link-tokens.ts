import { createHmac, timingSafeEqual } from 'node:crypto'

// What a mail carries is the id of a row and a MAC of it: the row alone, or a copy of the database,
// makes no link, and no token has to be stored at all.

/** Takes the secrets, newest first, and a link's id; returns the token that its mail carries. */
export function tokenOf(secrets: readonly string[], linkId: string): string {
  return `${linkId}.${macOf(secrets[0] ?? '', linkId)}`
}

/** Takes the secrets and what somebody brought; returns the id of the link, or null unless one of the secrets made it. */
export function linkIdOf(secrets: readonly string[], token: string): string | null {
  const [linkId, mac, ...rest] = token.split('.')
  if (!linkId || !mac || rest.length > 0) return null
  return secrets.some((secret) => isSame(mac, macOf(secret, linkId))) ? linkId : null
}

/** Takes the secrets and our origin; returns how to turn a link's id and a path into the address in a mail. */
export function createLinkUrls(secrets: readonly string[], origin: string) {
  return (linkId: string, path: string): string =>
    `${origin}${path}?${new URLSearchParams({ token: tokenOf(secrets, linkId) })}`
}

function macOf(secret: string, linkId: string): string {
  return createHmac('sha256', secret).update(`link in a mail ${linkId}`).digest('base64url')
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
