import type { PendingRegistration } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import type { Actor, Change } from './change.ts'
import { verifyEmail, verifyNewEmail } from './email-addresses.ts'
import { actOnLink, createLink, findLink, isOpenAt, type LinkWithUser } from './email-links.ts'
import type { HashClient } from './hash-queue.ts'
import { isPasswordOf } from './passwords.ts'
import { completeRegistration, findPending, type Taken } from './registration.ts'
import { displayNameOf } from './users.ts'

/** What a link of /verify-email verifies. */
export type Verification = { id: string; email: string; name: string } & (
  | { kind: 'registration'; pending: PendingRegistration }
  | { kind: 'first-email'; link: LinkWithUser }
  | { kind: 'new-email'; link: LinkWithUser }
)

/** Null once the link is used, replaced, voided or too old, or the email verified in another way. */
export async function findVerification(
  accounts: Accounts,
  id: string,
): Promise<Verification | null> {
  const link = await findLink(accounts, id, ['verify-email', 'verify-new-email'])
  if (link) {
    const kind = link.purpose === 'verify-new-email' ? 'new-email' : 'first-email'
    if (kind === 'first-email' && link.user.emailVerifiedAt) return null
    return { kind, id, email: link.email, name: displayNameOf(link.user), link }
  }
  const pending = await findPending(accounts, id)
  if (!pending) return null
  return { kind: 'registration', id, email: pending.email, name: pending.username, pending }
}

/** The registration with the same email that this browser sent, if its own link is another: strangers may have used up the emails that its recipient gets. */
export async function preferOwn(
  { database, clock }: Accounts,
  verification: Verification,
  deviceTokenHashes: string[],
): Promise<Verification> {
  if (verification.kind !== 'registration') return verification
  const { emailKey, deviceTokenHash } = verification.pending
  if (deviceTokenHash && deviceTokenHashes.includes(deviceTokenHash)) return verification
  const sent = { emailKey, deviceTokenHash: { in: deviceTokenHashes }, ...isOpenAt(clock()) }
  const latest = { where: sent, orderBy: { createdAt: 'desc' } } as const
  const pending = await database.pendingRegistration.findFirst(latest)
  return pending ? { ...verification, name: pending.username, pending } : verification
}

/** Whether this is the password that was chosen at registration. */
export async function isPasswordOfVerification(
  accounts: Accounts,
  verification: Verification,
  password: string,
  client: HashClient,
): Promise<boolean> {
  if (verification.kind !== 'registration')
    return isPasswordOf(accounts, verification.link.userId, password, client)
  const { id, passwordHash } = verification.pending
  const check = await accounts.passwords.verify(password, passwordHash, { ...client, account: id })
  return check.matches
}

/** Verifies; the password stays as it is. */
export async function completeVerification(
  accounts: Accounts,
  verification: Verification,
  by: Actor,
): Promise<'verified' | Taken | 'used'> {
  if (verification.kind === 'new-email') return verifyNewEmail(accounts, verification.link, by)
  if (verification.kind === 'first-email')
    return (await verifyEmail(accounts, verification.link, by)) ? 'verified' : 'used'
  const how = { by, linkId: verification.id, keepsPassword: true }
  return completeRegistration(accounts, verification.pending, how, async () => 'verified' as const)
}

/** For a reader of the email who does not know the password, which an impostor may have chosen: the id of a link that sets another. */
export async function startOver(
  accounts: Accounts,
  verification: Verification,
  by: Actor,
): Promise<Taken | 'used' | { linkId: string }> {
  if (verification.kind === 'registration') {
    const how = { by, linkId: verification.id, keepsPassword: false }
    return completeRegistration(accounts, verification.pending, how, createResetLink)
  }
  const { email, link } = verification
  const starting = actOnLink(accounts, link, by, (change) =>
    createResetLink(change, { id: link.userId, email }),
  )
  return (await starting) ?? 'used'
}

async function createResetLink(
  change: Change,
  { id: userId, email }: { id: string; email: string },
) {
  return { linkId: await createLink(change, { purpose: 'reset-password', userId, email }) }
}
