import { queueJob } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { type Actor, asAskedBy, asColumns, type Change, change, writeMail } from './change.ts'
import { keepOldestWayBack } from './email-addresses.ts'
import {
  ALL_BUT_OBJECTIONS,
  ALL_BUT_WAYS_BACK,
  actOnLink,
  countOpenLinks,
  createLink,
  holdUser,
  type LinkWithUser,
  voidLinks,
} from './email-links.ts'
import { notifyFormer, recordAndNotify, recordEvent, recordWrongPassword } from './events.ts'
import type { HashClient } from './hash-queue.ts'
import { emailKeyOf } from './identifiers.ts'
import { CAN_LOG_IN, changeOwnUser, toUser, type User } from './users.ts'

/** Whether the user has this password, whether or not the user can log in. */
export async function isPasswordOf(
  { database, passwords }: Accounts,
  id: string,
  password: string,
  client: HashClient,
): Promise<boolean> {
  const found = await database.user.findUnique({ where: { id }, select: { passwordHash: true } })
  const hash = found?.passwordHash ?? null
  const { matches } = await passwords.verify(password, hash, { ...client, account: id })
  return matches
}

/** Who gives a password, and in whose turn it is hashed. */
type Visitor = Actor & { client: HashClient }

/** The same for a user who is logged in. Tells them of wrong passwords: another person may be using their browser. */
export async function checkOwnPassword(
  accounts: Accounts,
  user: User,
  password: string,
  by: Visitor,
): Promise<boolean> {
  if (await isPasswordOf(accounts, user.id, password, by.client)) return true
  await change(accounts, by, (change) => recordWrongPassword(change, user))
  return false
}

/** After the current password was checked. Ends every session and remember series; returns the user in the new epoch, or null when this session was ended meanwhile. */
export async function changePassword(
  accounts: Accounts,
  user: User,
  password: string,
  by: Visitor,
): Promise<User | null> {
  const client = { ...by.client, account: user.id }
  const passwordHash = await accounts.passwords.hash(password, client)
  return change(accounts, by, async (change) => {
    const data = { passwordHash, authEpoch: { increment: 1 } }
    const changed = await changeOwnUser(change.tables, user, data)
    if (!changed) return null
    // Not the way back to the oldest email: a thief who knows the password would close it.
    await voidLinks(change.tables, user.id, ['reset-password', 'verify-new-email'])
    await keepOldestWayBack(change, user.id)
    await recordAndNotify(change, changed, 'password-changed')
    return toUser(changed)
  })
}

/** Asks for a link that sets a new password. Does the same for every email: the mail worker decides. */
export function requestReset(
  { database, clock }: Accounts,
  email: string,
  by: Actor,
): Promise<void> {
  return queueJob(database, { kind: 'password-reset', email, ...asColumns(by) }, clock())
}

// A link works for an hour: so many emails an hour to one recipient that strangers can have sent.
const RESETS_AT_ONCE = 5

/** Decides in the background whether an email has an account that can log in, and sends it a link unless it has had enough of them. */
export async function decideReset(change: Change, typed: string): Promise<void> {
  const { tables, at, by } = change
  const where = { emailKey: emailKeyOf(typed), ...CAN_LOG_IN }
  const user = await tables.user.findUnique({ where })
  if (!user) return
  await holdUser(tables, user.id)
  const { id: userId, email, emailKey } = user
  const purpose = 'reset-password'
  // Those that still work, so that a user whose links were voided gets another.
  const open = await countOpenLinks(tables, { purpose, userId, emailKey }, at)
  if (open >= RESETS_AT_ONCE) return
  const linkId = await createLink(change, { purpose, userId, email })
  await writeMail(change, asAskedBy(by, user), email, { template: purpose, linkId })
  await recordEvent(change, userId, 'reset-requested')
}

/** Sets a password through a link. Ends every session and remember series, and every link but objections; returns the user in the new epoch, or null when the link was used or voided meanwhile. */
export async function resetPassword(
  accounts: Accounts,
  link: LinkWithUser,
  password: string,
  by: Visitor,
): Promise<User | null> {
  const { userId: id } = link
  const passwordHash = await accounts.passwords.hash(password, { ...by.client, account: id })
  return actOnLink(accounts, link, by, async (change) => {
    const { tables } = change
    const data = { passwordHash, authEpoch: { increment: 1 } }
    await tables.user.update({ where: { id }, data })
    await verifyByReset(change, link)
    const user = await tables.user.findUniqueOrThrow({ where: { id } })
    await recordAndNotify(change, user, 'password-reset')
    // A link that was sent before the email was changed: its reader may need the way back.
    const isCurrentEmail = link.emailKey === user.emailKey || link.email === ''
    const voided = isCurrentEmail ? ALL_BUT_OBJECTIONS : ALL_BUT_WAYS_BACK
    const lost = await voidLinks(tables, id, voided)
    for (const email of lost) await notifyFormer(change, user, email, 'password-reset')
    return toUser(user)
  })
}

// Only a reader of that mailbox can open the link.
async function verifyByReset({ tables, at }: Change, link: LinkWithUser): Promise<void> {
  const where = { id: link.userId, emailKey: link.emailKey, emailVerifiedAt: null }
  await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })
}
