import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Job } from '../mail/outbox.ts'
import type { Accounts, CountEmail } from './accounts.ts'
import { type Actor, recordEvent } from './events.ts'
import { decideReset } from './passwords.ts'
import { decideRegistration, decideVerification } from './registration-emails.ts'

/** Does in the background what an answer must not depend on: whether an account exists. `claim` is part of the same transaction, and false when another worker has the job. */
export function doJob(
  { database, clock, countEmail }: Accounts & { countEmail: CountEmail },
  job: Job,
  claim: (tables: Tables) => Promise<boolean>,
): Promise<void> {
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (await claim(tables)) await JOBS[job.kind]?.(tables, job, at, countEmail)
  })
}

type DoJob = (tables: Tables, job: Job, at: Date, countEmail: CountEmail) => Promise<void>

const JOBS: Record<string, DoJob> = {
  'password-reset': (tables, { email, ...by }, at, countEmail) =>
    decideReset(tables, { email: email ?? '', by: toActor(by), at }, countEmail),
  registration: (tables, { pendingId, ...by }, at, countEmail) =>
    decideRegistration(tables, { pendingId: pendingId ?? '', by: toActor(by), at }, countEmail),
  verification: (tables, { email, ...by }, at, countEmail) =>
    decideVerification(tables, { email: email ?? '', by: toActor(by), at }, countEmail),
  'failed-login': recordFailedLogin,
}

function toActor({ browser, ip, language }: Record<string, string | null>): Actor {
  return { browser: browser ?? '', ip: ip ?? null, language: language ?? null }
}

async function recordFailedLogin(tables: Tables, { userId, browser }: Job, at: Date) {
  const user = userId && (await tables.user.findUnique({ where: { id: userId } }))
  if (!user) return
  const by = { browser: browser ?? '' }
  await recordEvent(tables, { userId: user.id, kind: 'login-failed', at, by })
}
