import { changeTogether } from '../database/change-together.ts'
import { type Tables, type User as UserRow, whenTaken } from '../database/database.ts'
import { enqueue, queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import {
  ALL_BUT_WAYS_BACK,
  actOnLink,
  createLink,
  type LinkWithUser,
  voidLinks,
} from './email-links.ts'
import { type Actor, asColumns, recordAndNotify, recordEvent } from './events.ts'
import { emailKeyOf } from './identifiers.ts'
import { headOf } from './letters.ts'
import { CAN_LOG_IN, changeOwnUser, type User } from './users.ts'

/** Asks for another verification email. Does the same for every email: the mail worker decides. */
export function requestVerification(
  { database, clock }: Accounts,
  { email, by }: { email: string; by: Actor },
): Promise<void> {
  return queueJob(database, { kind: 'verification', email, ...asColumns(by) }, clock())
}

/** Verifies the first email of an account; false when the link was used or the email is verified by now. */
export async function verifyEmail(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const isVerified = await actOnLink(accounts, link, async (tables, at) => {
    const { userId, emailKey } = link
    const where = { id: userId, emailKey, emailVerifiedAt: null }
    const { count } = await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })
    if (count === 1) await recordEvent(tables, { userId, kind: 'email-verified', at, by })
    return count === 1
  })
  return isVerified === true
}

/** Sends a link to an email that becomes the account's once the link is used. False when this session was ended meanwhile: what ended it has voided such links, and this one would survive. */
export function requestNewEmail(
  { database, clock }: Accounts,
  user: User,
  { email, by }: { email: string; by: Actor },
): Promise<boolean> {
  const at = clock()
  const [purpose, userId] = ['verify-new-email' as const, user.id]
  return changeTogether(database, async (tables) => {
    // Changes nothing, but waits for what ends this session and voids such links, and then matches no row.
    if (!(await changeOwnUser(tables, user, { authEpoch: { increment: 0 } }))) return false
    const oldEmailKey = emailKeyOf(user.email)
    const linkId = await createLink(tables, { purpose, userId, email, oldEmailKey, at })
    const message = { ...headOf(user, by), template: purpose, linkId } as const
    await enqueue(tables, { userId, to: email, at, message })
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
  const change = { userId: link.userId, from: link.oldEmailKey ?? '', to: link.email }
  const verifying = actOnLink(accounts, link, async (tables, at) =>
    (await replaceEmail(tables, change, link.user, { at, by })) ? ('verified' as const) : null,
  )
  return (await verifying.catch(whenTaken('email-taken' as const))) ?? 'used'
}

/** Gives the account another email, which counts as verified, and tells the old one. False where the account has another email by now, or cannot log in. */
export async function replaceEmail(
  tables: Tables,
  { userId, from, to: email }: { userId: string; from: string; to: string },
  old: { email: string; emailVerifiedAt: Date | null },
  { at, by }: { at: Date; by: Actor },
): Promise<boolean> {
  const where = { id: userId, emailKey: from, ...CAN_LOG_IN }
  const data = { email, emailKey: emailKeyOf(email), emailVerifiedAt: at }
  const [user] = await tables.user.updateManyAndReturn({ where, data })
  if (!user) return false
  await recordEvent(tables, { userId, kind: 'email-changed', at, by })
  await tellOldEmail(tables, user, old, { at, by })
  return true
}

async function tellOldEmail(
  tables: Tables,
  user: UserRow,
  old: { email: string; emailVerifiedAt: Date | null },
  { at, by }: { at: Date; by: Actor },
): Promise<void> {
  const linkId = await createWayBack(tables, user, old, at)
  // The old email has no way back, or loses it: a link that resets the password would be one.
  if (linkId === null) await voidResetsByOthers(tables, user)
  const content = { template: 'email-changed', newEmail: user.email } as const
  const message = { ...headOf(user, by), ...content, ...(linkId === null ? {} : { linkId }) }
  await enqueue(tables, { userId: user.id, to: old.email, at, message })
}

// The way back is a link to undo the change. It goes to a verified email only: a mistyped one belongs to
// another person. And none goes to an email that a user replaces with their own earlier one: a thief may have set it.
async function createWayBack(
  tables: Tables,
  { id: userId, emailKey }: UserRow,
  { email, emailVerifiedAt }: { email: string; emailVerifiedAt: Date | null },
  at: Date,
): Promise<string | null> {
  const where = { userId, emailKey, purpose: 'undo-email', expiresAt: { gt: at } }
  const returned = await tables.emailLink.findFirst({ where })
  if (returned) {
    await voidLaterWaysBack(tables, userId, returned.createdAt)
    return null
  }
  return emailVerifiedAt ? createLink(tables, { purpose: 'undo-email', userId, email, at }) : null
}

// A link that the operator handed over is for no email.
async function voidResetsByOthers(tables: Tables, { id: userId, emailKey }: UserRow) {
  const where = { userId, purpose: 'reset-password', emailKey: { notIn: [emailKey, ''] } }
  await tables.emailLink.deleteMany({ where })
}

async function voidLaterWaysBack(tables: Tables, userId: string, since: Date): Promise<void> {
  const where = { userId, purpose: 'undo-email', createdAt: { gt: since } }
  await tables.emailLink.deleteMany({ where })
}

/** Gives the account back to the email of the link and ends everything else; returns the id of a link that sets a new password, or null when another request was first. */
export function undoEmailChange(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<string | null> {
  return actOnLink(accounts, link, async (tables, at) => {
    const { userId, email, emailKey } = link
    await voidLaterWaysBack(tables, userId, link.createdAt)
    await voidLinks(tables, userId, ALL_BUT_WAYS_BACK)
    const emailData = { email, emailKey, emailVerifiedAt: at }
    // The password may be a thief's: it is void, and every session with it.
    const data = { ...emailData, passwordHash: null, authEpoch: { increment: 1 } }
    const [user] = await tables.user.updateManyAndReturn({
      where: { id: userId, ...CAN_LOG_IN },
      data,
    })
    if (!user) return null
    await recordAndNotify(tables, user, { kind: 'email-change-undone', at, by })
    if (emailKeyOf(link.user.email) !== emailKey)
      await offerObjection(tables, user, link, { at, by })
    return createLink(tables, { purpose: 'reset-password', userId, email, at })
    // Taken: the old email has been verified by another account since.
  }).catch(whenTaken(null))
}

async function offerObjection(
  tables: Tables,
  user: UserRow,
  { user: displaced }: LinkWithUser,
  { at, by }: { at: Date; by: Actor },
) {
  const { email } = displaced
  const linkId = await createLink(tables, { purpose: 'object-to-undo', userId: user.id, email, at })
  const message = { ...headOf(user, by), template: 'email-change-undone', linkId } as const
  await enqueue(tables, { userId: user.id, to: email, at, message })
}

/** Records that the displaced email objects, for the operator and the user to see. Changes nothing else: either side could be the thief. */
export async function objectToUndo(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const isRecorded = await actOnLink(accounts, link, async (tables, at) => {
    const user = await tables.user.findUniqueOrThrow({ where: { id: link.userId } })
    await recordAndNotify(tables, user, { kind: 'email-undo-disputed', at, by })
    return true
  })
  return isRecorded === true
}

/** The new email that waits for its verification, or null. */
export async function findPendingEmail(
  { database, clock }: Accounts,
  { id: userId }: User,
): Promise<string | null> {
  const where = { userId, purpose: 'verify-new-email', expiresAt: { gt: clock() } }
  const link = await database.emailLink.findFirst({ where, select: { email: true } })
  return link?.email ?? null
}

/** Voids the link to a new email. */
export async function keepEmail({ database }: Accounts, { id: userId }: User): Promise<void> {
  await database.emailLink.deleteMany({ where: { userId, purpose: 'verify-new-email' } })
}
