import { changeTogether } from '../database/change-together.ts'
import type { PendingRegistration, Tables } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { verifyEmail, verifyNewEmail } from './email-addresses.ts'
import { createLink, findLink, holdUser, type LinkWithUser } from './email-links.ts'
import type { Actor } from './events.ts'
import type { HashClient } from './hash-queue.ts'
import { verifyOwnPassword } from './passwords.ts'
import { completeRegistration, findPending, type Taken } from './registration.ts'

/** What a link of /verify-email verifies. */
export type Verification =
  | { kind: 'registration'; id: string; email: string; pending: PendingRegistration }
  | { kind: 'first-email'; id: string; email: string; link: LinkWithUser }
  | { kind: 'new-email'; id: string; email: string; link: LinkWithUser }

/** Null once the link is used, replaced, voided or too old, or the email verified in another way. */
export async function findVerification(
  accounts: Accounts,
  id: string,
): Promise<Verification | null> {
  const link = await findLink(accounts, id, ['verify-email', 'verify-new-email'])
  if (link?.purpose === 'verify-new-email')
    return { kind: 'new-email', id, email: link.email, link }
  if (link)
    return link.user.emailVerifiedAt ? null : { kind: 'first-email', id, email: link.email, link }
  const pending = await findPending(accounts, id)
  return pending && { kind: 'registration', id, email: pending.email, pending }
}

/** Compares a password with the one that was chosen at registration. */
export async function knowsPassword(
  accounts: Accounts,
  verification: Verification,
  typed: { password: string; client: HashClient },
): Promise<boolean> {
  if (verification.kind !== 'registration')
    return verifyOwnPassword(accounts, { id: verification.link.userId }, typed)
  const { id, passwordHash } = verification.pending
  const client = { ...typed.client, account: id }
  const { matches } = await accounts.passwords.verify(typed.password, passwordHash, client)
  return matches
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
  const how = { by, keepsPassword: true }
  return completeRegistration(accounts, verification.pending, how, async () => 'verified' as const)
}

/** For a reader of the email who does not know the password, which an impostor may have chosen: the id of a link that sets another. */
export async function startOver(
  accounts: Accounts,
  verification: Verification,
  by: Actor,
): Promise<Taken | 'used' | { linkId: string }> {
  if (verification.kind === 'registration') {
    const how = { by, keepsPassword: false }
    return completeRegistration(accounts, verification.pending, how, createResetLink)
  }
  const { email, link } = verification
  return changeTogether(accounts.database, async (tables) => {
    await holdUser(tables, link.userId)
    return createResetLink(tables, { id: link.userId, email }, accounts.clock())
  })
}

async function createResetLink(
  tables: Tables,
  { id: userId, email }: { id: string; email: string },
  at: Date,
) {
  return { linkId: await createLink(tables, { purpose: 'reset-password', userId, email, at }) }
}
