import type { PendingRegistration } from '../database/database.ts'
import type { CountVerification } from './accounts.ts'
import { asAskedBy, type Change, type Reader, writeMail } from './change.ts'
import { createLink, hasWayBack, isOpenAt } from './email-links.ts'
import { emailKeyOf } from './identifiers.ts'

/** Sends the link that verifies the first email of an account. */
export async function sendVerification(
  change: Change,
  user: Reader & { id: string; email: string },
): Promise<void> {
  const purpose = 'verify-email'
  const linkId = await createLink(change, { purpose, userId: user.id, email: user.email })
  await writeMail(change, user, user.email, { template: purpose, linkId })
}

/** Decides in the background which email answers a registration, unless its recipient has had enough of them. */
export async function decideRegistration(
  change: Change,
  pendingId: string,
  countVerification: CountVerification,
): Promise<void> {
  const { tables } = change
  const pending = await tables.pendingRegistration.findUnique({ where: { id: pendingId } })
  if (!pending) return
  // Apart from those that are asked for again: a user whom others have used this up for can ask.
  if (!(await countVerification(tables, `${pending.emailKey} registration`))) return
  await answerRegistration(change, pending)
}

async function answerRegistration(change: Change, pending: PendingRegistration): Promise<void> {
  const { tables, at, by } = change
  const { id: linkId, email, emailKey } = pending
  const user = await tables.user.findUnique({ where: { emailKey } })
  if (user) await writeMail(change, asAskedBy(by, user), user.email, { template: 'account-exists' })
  else if (!(await hasWayBack(tables, emailKey, at))) {
    const reader = { ...pending, id: null, name: null, timeZone: null }
    await writeMail(change, reader, email, { template: 'verify-email', linkId })
  }
}

/** Decides in the background whether an email waits for its verification, and sends one link again unless it has had enough of them. */
export async function decideVerification(
  change: Change,
  email: string,
  countVerification: CountVerification,
): Promise<void> {
  const { tables, at, by } = change
  const emailKey = emailKeyOf(email)
  const user = await tables.user.findUnique({ where: { emailKey, emailVerifiedAt: null } })
  const pending = await tables.pendingRegistration.findFirst({
    where: { emailKey, ...isOpenAt(at) },
    orderBy: { createdAt: 'desc' },
  })
  if (!user && !pending) return
  if (!(await countVerification(tables, emailKey))) return
  if (user) await sendVerification(change, asAskedBy(by, user))
  else if (pending) await answerRegistration(change, pending)
}
