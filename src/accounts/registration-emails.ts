import type { PendingRegistration, Tables } from '../database/database.ts'
import { enqueue } from '../mail/outbox.ts'
import type { CountEmail } from './accounts.ts'
import { createLink, hasWayBack } from './email-links.ts'
import type { Actor } from './events.ts'
import { emailKeyOf } from './identifiers.ts'
import { asAskedBy, headOf, type Reader } from './letters.ts'
import type { User } from './users.ts'

/** Sends the link that verifies the first email of an account. */
export async function sendVerification(
  tables: Tables,
  user: Reader & Pick<User, 'id' | 'email'>,
  { at, by }: { at: Date; by: Actor },
): Promise<void> {
  const { id: userId, email } = user
  const linkId = await createLink(tables, { purpose: 'verify-email', userId, email, at })
  const message = { ...headOf(user, by), template: 'verify-email', linkId } as const
  await enqueue(tables, { userId, to: email, at, message })
}

/** Decides in the background which email answers a registration, unless its recipient has had enough of them. */
export async function decideRegistration(
  tables: Tables,
  { pendingId, by, at }: { pendingId: string; by: Actor; at: Date },
  countEmail: CountEmail,
): Promise<void> {
  const pending = await tables.pendingRegistration.findUnique({ where: { id: pendingId } })
  if (!pending) return
  // Apart from those that are asked for again: a user whom others have used this up for can ask.
  if (!(await countEmail(tables, 'verifications-to', `${pending.emailKey} registration`))) return
  await answerRegistration(tables, pending, { at, by })
}

async function answerRegistration(
  tables: Tables,
  pending: PendingRegistration,
  { at, by }: { at: Date; by: Actor },
) {
  const { id, email, emailKey } = pending
  const user = await tables.user.findUnique({ where: { emailKey } })
  if (user) {
    const head = headOf(asAskedBy(by, user), by)
    const message = { ...head, template: 'account-exists' } as const
    await enqueue(tables, { userId: user.id, to: user.email, at, message })
  } else if (!(await hasWayBack(tables, emailKey, at))) {
    const reader = { ...pending, name: null, timeZone: null }
    const message = { ...headOf(reader, by), template: 'verify-email', linkId: id } as const
    await enqueue(tables, { userId: null, to: email, at, message })
  }
}

/** Decides in the background whether an email waits for its verification, and sends one link again unless it has had enough of them. */
export async function decideVerification(
  tables: Tables,
  { email, by, at }: { email: string; by: Actor; at: Date },
  countEmail: CountEmail,
): Promise<void> {
  const emailKey = emailKeyOf(email)
  const user = await tables.user.findUnique({ where: { emailKey, emailVerifiedAt: null } })
  const pending = await tables.pendingRegistration.findFirst({
    where: { emailKey, expiresAt: { gt: at } },
    orderBy: { createdAt: 'desc' },
  })
  if (!user && !pending) return
  if (!(await countEmail(tables, 'verifications-to', emailKey))) return
  const asked = { at, by }
  if (user) await sendVerification(tables, { ...user, ...asAskedBy(by, user) }, asked)
  else if (pending) await answerRegistration(tables, pending, asked)
}
