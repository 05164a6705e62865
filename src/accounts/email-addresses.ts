import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import { enqueue } from '../mail/outbox.ts'
import { hashBrowserId } from '../sessions/devices.ts'
import type { Accounts, User } from './accounts.ts'
import { createLink, type LinkWithUser, useLink } from './email-links.ts'
import { recordEvent } from './events.ts'
import { emailKeyOf } from './identifiers.ts'
import { sendLink } from './nobody.ts'
import { voidPassword } from './password-reset.ts'
import { isUniqueViolation } from './unique.ts'

export type Confirmation =
  | { kind: 'confirmed' }
  /** The address is confirmed, by somebody who may not be the one who chose the password. */
  | { kind: 'set-password'; linkId: string }
  | { kind: 'taken' }
  | { kind: 'used' }

/** Who follows a link that confirms an address: userId where they are logged in, browserId where somebody has logged in with that browser. */
export type Confirming = { userId: string | null; browserId: string | null; browser: string }

/** Takes a user who has not confirmed their address yet, or null for nobody; has another link sent, in place of the first. */
export function askToConfirmAgain(
  { database, clock }: Accounts,
  user: User | null,
  browserId: string,
): Promise<void> {
  const link = { purpose: 'verify-email', browserHash: hashBrowserId(browserId) } as const
  return changeTogether(database, (tables) => sendLink({ tables, user, at: clock() }, link))
}

/** Takes a link just found that confirms an address, and who followed it; says what came of it. */
export function confirmAddress(
  accounts: Accounts,
  link: LinkWithUser,
  who: Confirming,
): Promise<Confirmation> {
  return link.purpose === 'verify-new-email'
    ? confirmNewAddress(accounts, link, who)
    : confirmFirstAddress(accounts, link, who)
}

function confirmFirstAddress(
  { database, clock }: Accounts,
  link: LinkWithUser,
  who: Confirming,
): Promise<Confirmation> {
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return { kind: 'used' }
    const where = { id: link.userId, emailKey: link.emailKey }
    const { count } = await tables.user.updateMany({
      where,
      data: { emailVerifiedAt: at, eraseAt: null },
    })
    // The account has another address by now: whoever has the old mailbox has no claim on it.
    if (count === 0) return { kind: 'used' }
    await recordEvent(tables, {
      userId: link.userId,
      kind: 'email-verified',
      at,
      browser: who.browser,
    })
    if (knowsThePassword(link, who)) return { kind: 'confirmed' }
    return { kind: 'set-password', linkId: await voidPassword(tables, link.userId, at) }
  })
}

/** Takes a link that confirms an address, and who follows it; says whether the password of its account is known to be theirs. */
export function knowsThePassword(link: LinkWithUser, { userId, browserId }: Confirming): boolean {
  if (link.purpose === 'verify-new-email' || userId === link.userId) return true
  // Somebody else may have registered with this address and a password of their own, to wait for its
  // owner. Of those who are not logged in, only the browser that registered is known to have chosen it.
  return browserId !== null && hashBrowserId(browserId) === link.browserHash
}

/** Takes a user and an address that is not theirs yet; has a link sent there that makes it so. */
export function askForNewAddress(
  { database, clock }: Accounts,
  { id, name, email: oldEmail, authEpoch }: User,
  email: string,
): Promise<void> {
  const at = clock()
  const [emailKey, oldEmailKey] = [emailKeyOf(email), emailKeyOf(oldEmail)]
  const purpose = 'verify-new-email'
  return changeTogether(database, async (tables) => {
    const link = { purpose, userId: id, authEpoch, email, emailKey, oldEmailKey, at } as const
    const linkId = await createLink(tables, link)
    await enqueue(tables, {
      userId: id,
      to: email,
      at,
      message: { template: purpose, name, linkId },
    })
  })
}

// Bound to user, old and new address in one statement: of two changes asked for, neither can
// confirm what the other asked (CVE-2026-32700).
function confirmNewAddress(
  { database, clock }: Accounts,
  link: LinkWithUser,
  { browser }: Confirming,
): Promise<Confirmation> {
  const at = clock()
  return changeTogether<Confirmation>(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return { kind: 'used' }
    const { email, emailKey, userId } = link
    const where = { id: userId, emailKey: link.oldEmailKey ?? '' }
    const [user] = await tables.user.updateManyAndReturn({
      where,
      data: { email, emailKey, emailVerifiedAt: at, eraseAt: null },
    })
    if (!user) return { kind: 'used' }
    await recordEvent(tables, { userId, kind: 'email-changed', at, browser })
    // A way back goes to a proven address only: a mistyped one belongs to a stranger.
    if (link.user.emailVerifiedAt) {
      await tellOldAddress(tables, { ...user, oldEmail: link.user.email }, at)
    }
    return { kind: 'confirmed' }
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) return { kind: 'taken' }
    throw error
  })
}

type Moved = { id: string; name: string; email: string; oldEmail: string }

async function tellOldAddress(tables: Tables, { id, name, email, oldEmail }: Moved, at: Date) {
  const back = { email: oldEmail, emailKey: emailKeyOf(oldEmail), authEpoch: null }
  const linkId = await createLink(tables, { purpose: 'undo-email', userId: id, ...back, at })
  const message = { template: 'email-changed', name, newEmail: email, linkId } as const
  await enqueue(tables, { userId: id, to: oldEmail, at, message })
}
