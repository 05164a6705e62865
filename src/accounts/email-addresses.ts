import { type User as UserRow, whenTaken } from '../database/database.ts'
import { queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { type Actor, asColumns, type Change, change, writeMail } from './change.ts'
import {
  ALL_BUT_WAYS_BACK,
  actOnLink,
  createLink,
  isOpenAt,
  type LinkWithUser,
  voidLinks,
} from './email-links.ts'
import { recordAndNotify, recordEvent } from './events.ts'
import { emailKeyOf } from './identifiers.ts'
import { CAN_LOG_IN, changeOwnUser, type User } from './users.ts'

/** Asks for another verification email. Does the same for every email: the mail worker decides. */
export function requestVerification(
  { database, clock }: Accounts,
  email: string,
  by: Actor,
): Promise<void> {
  return queueJob(database, { kind: 'verification', email, ...asColumns(by) }, clock())
}

/** Verifies the first email of an account; false when the link was used or the email is verified by now. */
export async function verifyEmail(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const isVerified = await actOnLink(accounts, link, by, async (change) => {
    const where = { id: link.userId, emailKey: link.emailKey, emailVerifiedAt: null }
    const data = { emailVerifiedAt: change.at }
    const { count } = await change.tables.user.updateMany({ where, data })
    if (count === 1) await recordEvent(change, link.userId, 'email-verified')
    return count === 1
  })
  return isVerified === true
}

/** Sends a link to an email that becomes the account's once the link is used. False when this session was ended meanwhile: what ended it has voided such links, and this one would survive. */
export function requestNewEmail(
  accounts: Accounts,
  user: User,
  email: string,
  by: Actor,
): Promise<boolean> {
  return change(accounts, by, async (change) => {
    // Changes nothing, but waits for what ends this session and voids such links, and then matches no row.
    if (!(await changeOwnUser(change.tables, user, { authEpoch: { increment: 0 } }))) return false
    const purpose = 'verify-new-email'
    const oldEmailKey = emailKeyOf(user.email)
    const linkId = await createLink(change, { purpose, userId: user.id, email, oldEmailKey })
    await writeMail(change, user, email, { template: purpose, linkId })
    return true
  })
}

// Bound to user, old and new email in one statement: of two changes that were requested, neither can
// verify what the other requested (CVE-2026-32700).
export async function verifyNewEmail(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<'verified' | 'email-taken' | 'used'> {
  const { userId, oldEmailKey, email } = link
  const verifying = actOnLink(accounts, link, by, async (change) =>
    (await replaceEmail(change, { ...link.user, id: userId }, oldEmailKey ?? '', email))
      ? ('verified' as const)
      : null,
  )
  return (await verifying.catch(whenTaken('email-taken' as const))) ?? 'used'
}

type OldEmail = { id: string; email: string; emailVerifiedAt: Date | null }

/** Gives the account another email, which counts as verified, and tells the old one. False where the account has another email than `from` by now, or cannot log in. */
export async function replaceEmail(
  change: Change,
  old: OldEmail,
  from: string,
  email: string,
): Promise<boolean> {
  const where = { id: old.id, emailKey: from, ...CAN_LOG_IN }
  const data = { email, emailKey: emailKeyOf(email), emailVerifiedAt: change.at }
  const [user] = await change.tables.user.updateManyAndReturn({ where, data })
  if (!user) return false
  await recordEvent(change, user.id, 'email-changed')
  await tellOldEmail(change, user, old)
  return true
}

async function tellOldEmail(change: Change, user: UserRow, old: OldEmail): Promise<void> {
  const linkId = await createWayBack(change, user, old)
  // The old email has no way back, or loses it: a link that resets the password would be one.
  if (linkId === null) await voidResetsByOthers(change, user)
  const content = { template: 'email-changed', newEmail: user.email } as const
  await writeMail(change, user, old.email, linkId === null ? content : { ...content, linkId })
}

// The way back is a link to undo the change. It goes to a verified email only: a mistyped one belongs to
// another person. And none goes to an email that a user replaces with their own earlier one: a thief may have set it.
async function createWayBack(
  change: Change,
  { id: userId, emailKey }: UserRow,
  { email, emailVerifiedAt }: OldEmail,
): Promise<string | null> {
  const purpose = 'undo-email'
  const where = { userId, emailKey, purpose, ...isOpenAt(change.at) }
  const returned = await change.tables.emailLink.findFirst({ where })
  if (returned) {
    await voidLaterWaysBack(change, returned)
    return null
  }
  return emailVerifiedAt ? createLink(change, { purpose, userId, email }) : null
}

// A link that the operator handed over is for no email.
async function voidResetsByOthers({ tables }: Change, { id: userId, emailKey }: UserRow) {
  const where = { userId, purpose: 'reset-password', emailKey: { notIn: [emailKey, ''] } }
  await tables.emailLink.deleteMany({ where })
}

async function voidLaterWaysBack({ tables }: Change, link: { userId: string; createdAt: Date }) {
  const { userId, createdAt } = link
  const where = { userId, purpose: 'undo-email', createdAt: { gt: createdAt } }
  await tables.emailLink.deleteMany({ where })
}

/** Voids every way back but the oldest that still works: a thief who set an email in between has a later one. */
export async function keepOldestWayBack(change: Change, userId: string): Promise<void> {
  const where = { userId, purpose: 'undo-email', ...isOpenAt(change.at) }
  const orderBy = { createdAt: 'asc' } as const
  const oldest = await change.tables.emailLink.findFirst({ where, orderBy })
  if (oldest) await voidLaterWaysBack(change, oldest)
}

/** Gives the account back to the email of the link and ends everything else; returns the id of a link that sets a new password, or null when another request was first. */
export function undoEmailChange(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<string | null> {
  return actOnLink(accounts, link, by, async (change) => {
    const { userId, email, emailKey } = link
    await voidLaterWaysBack(change, link)
    await voidLinks(change.tables, userId, ALL_BUT_WAYS_BACK)
    const emailData = { email, emailKey, emailVerifiedAt: change.at }
    // The password may be a thief's: it is void, and every session with it.
    const data = { ...emailData, passwordHash: null, authEpoch: { increment: 1 } }
    const where = { id: userId, ...CAN_LOG_IN }
    const [user] = await change.tables.user.updateManyAndReturn({ where, data })
    if (!user) return null
    await recordAndNotify(change, user, 'email-change-undone')
    if (emailKeyOf(link.user.email) !== emailKey)
      await offerObjection(change, user, link.user.email)
    return createLink(change, { purpose: 'reset-password', userId, email })
    // Taken: the old email has been verified by another account since.
  }).catch(whenTaken(null))
}

async function offerObjection(change: Change, user: UserRow, displaced: string): Promise<void> {
  const link = { purpose: 'object-to-undo', userId: user.id, email: displaced } as const
  const linkId = await createLink(change, link)
  await writeMail(change, user, displaced, { template: 'email-change-undone', linkId })
}

/** Records that the displaced email objects, for the operator and the user to see. Changes nothing else: either side could be the thief. */
export async function objectToUndo(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const isRecorded = await actOnLink(accounts, link, by, async (change) => {
    const user = await change.tables.user.findUniqueOrThrow({ where: { id: link.userId } })
    await recordAndNotify(change, user, 'email-undo-disputed')
    return true
  })
  return isRecorded === true
}

/** The new email that waits for its verification, or null. */
export async function findPendingEmail(
  { database, clock }: Accounts,
  { id: userId }: User,
): Promise<string | null> {
  const where = { userId, purpose: 'verify-new-email', ...isOpenAt(clock()) }
  const link = await database.emailLink.findFirst({ where, select: { email: true } })
  return link?.email ?? null
}

/** Voids the link to a new email; false when there was none. */
export async function keepEmail({ database }: Accounts, { id: userId }: User): Promise<boolean> {
  const where = { userId, purpose: 'verify-new-email' }
  return (await database.emailLink.deleteMany({ where })).count > 0
}
