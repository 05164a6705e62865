import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import { enqueue, queueJob } from '../mail/outbox.ts'
import type { Accounts, CountEmail } from './accounts.ts'
import {
  ALL_BUT_OBJECTIONS,
  ALL_BUT_WAYS_BACK,
  actOnLink,
  createLink,
  holdUser,
  type LinkWithUser,
  voidLinks,
} from './email-links.ts'
import {
  type Actor,
  asColumns,
  notify,
  recordAndNotify,
  recordEvent,
  recordWrongPassword,
} from './events.ts'
import type { HashClient } from './hash-queue.ts'
import { emailKeyOf } from './identifiers.ts'
import { asAskedBy, headOf } from './letters.ts'
import { CAN_LOG_IN, changeOwnUser, toUser, type User } from './users.ts'

/** Compares a password with the one that a user has, whether or not the user can log in. */
export async function verifyOwnPassword(
  { database, passwords }: Accounts,
  { id }: { id: string },
  { password, client }: { password: string; client: HashClient },
): Promise<boolean> {
  const found = await database.user.findUnique({ where: { id }, select: { passwordHash: true } })
  const hash = found?.passwordHash ?? null
  const { matches } = await passwords.verify(password, hash, { ...client, account: id })
  return matches
}

export type TypedPassword = Actor & { password: string; client: HashClient }

/** The same for a user who is logged in. Tells them of wrong passwords: another person may be using their browser. */
export async function proveOwnPassword(
  accounts: Accounts,
  user: User,
  { password, client, ...by }: TypedPassword,
): Promise<boolean> {
  if (await verifyOwnPassword(accounts, user, { password, client })) return true
  const wrong = { at: accounts.clock(), by }
  await changeTogether(accounts.database, (tables) => recordWrongPassword(tables, user, wrong))
  return false
}

/** After the current password was verified. Ends every session and remember series; returns the user in the new epoch, or null when this session was ended meanwhile. */
export async function changePassword(
  { database, passwords, clock }: Accounts,
  user: User,
  { password, client, ...by }: TypedPassword,
): Promise<User | null> {
  const passwordHash = await passwords.hash(password, { ...client, account: user.id })
  return changeTogether(database, async (tables) => {
    const data = { passwordHash, authEpoch: { increment: 1 } }
    const changed = await changeOwnUser(tables, user, data)
    if (!changed) return null
    // Not the way back to an old email: a thief who knows the password would close it.
    await voidLinks(tables, user.id, ['reset-password', 'verify-new-email'])
    await recordAndNotify(tables, changed, { kind: 'password-changed', at: clock(), by })
    return toUser(changed)
  })
}

/** Asks for a link that sets a new password. Does the same for every email: the mail worker decides. */
export function requestReset(
  { database, clock }: Accounts,
  { email, by }: { email: string; by: Actor },
): Promise<void> {
  return queueJob(database, { kind: 'password-reset', email, ...asColumns(by) }, clock())
}

/** Decides in the background whether an email has an account that can log in, and sends it a link unless it has had enough of them. */
export async function decideReset(
  tables: Tables,
  { email, by, at }: { email: string; by: Actor; at: Date },
  countEmail: CountEmail,
): Promise<void> {
  const user = await tables.user.findUnique({
    where: { emailKey: emailKeyOf(email), ...CAN_LOG_IN },
  })
  if (!user) return
  await holdUser(tables, user.id)
  const { id: userId, emailKey, authEpoch } = user
  // By epoch too: a new password voids the links of this hour, and its user may need another.
  if (!(await countEmail(tables, 'resets-to', `${emailKey} ${authEpoch}`))) return
  const linkId = await createLink(tables, {
    purpose: 'reset-password',
    userId,
    email: user.email,
    at,
  })
  const head = headOf(asAskedBy(by, user), by)
  const message = { ...head, template: 'reset-password', linkId } as const
  await enqueue(tables, { userId, to: user.email, at, message })
  await recordEvent(tables, { userId, kind: 'reset-requested', at, by })
}

/** Sets a password through a link. Ends every session and remember series, and every link but objections; returns the user in the new epoch, or null when the link was used or voided meanwhile. */
export async function resetPassword(
  accounts: Accounts,
  link: LinkWithUser,
  { password, client, ...by }: TypedPassword,
): Promise<User | null> {
  const { userId: id } = link
  const passwordHash = await accounts.passwords.hash(password, { ...client, account: id })
  return actOnLink(accounts, link, async (tables, at) => {
    const data = { passwordHash, authEpoch: { increment: 1 } }
    await tables.user.update({ where: { id }, data })
    await verifyByReset(tables, link, at)
    const user = await tables.user.findUniqueOrThrow({ where: { id } })
    const event = { kind: 'password-reset', at, by } as const
    await recordAndNotify(tables, user, event)
    // A link that was sent before the email was changed: its reader may need the way back.
    const isCurrentEmail = link.emailKey === user.emailKey || link.email === ''
    const lost = await voidLinks(
      tables,
      id,
      isCurrentEmail ? ALL_BUT_OBJECTIONS : ALL_BUT_WAYS_BACK,
    )
    for (const email of lost) await notify(tables, user, email, { ...event, endsWayBack: true })
    return toUser(user)
  })
}

// Only a reader of that mailbox can open the link.
async function verifyByReset(tables: Tables, link: LinkWithUser, at: Date): Promise<void> {
  const where = { id: link.userId, emailKey: link.emailKey, emailVerifiedAt: null }
  await tables.user.updateMany({ where, data: { emailVerifiedAt: at } })
}
