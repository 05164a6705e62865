import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Job } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { recordEvent } from './events.ts'
import { decideReset } from './passwords.ts'
import { decideRegistration, decideVerification } from './registration.ts'

/** Does in the background what an answer must not depend on: whether an account exists. `claim` is part of the same transaction, and false when another worker has the job. */
export function doJob(
  { database, clock }: Accounts,
  job: Job,
  claim: (tables: Tables) => Promise<boolean>,
): Promise<void> {
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (await claim(tables)) await JOBS[job.kind]?.(tables, job, at)
  })
}

const JOBS: Record<string, (tables: Tables, job: Job, at: Date) => Promise<void>> = {
  'password-reset': (tables, { email, browser }, at) =>
    decideReset(tables, { email: email ?? '', browser: browser ?? '' }, at),
  registration: (tables, { pendingId }, at) => decideRegistration(tables, pendingId ?? '', at),
  verification: (tables, { email }, at) => decideVerification(tables, email ?? '', at),
  'failed-login': recordFailedLogin,
}

async function recordFailedLogin(tables: Tables, { userId, browser }: Job, at: Date) {
  const user = userId && (await tables.user.findUnique({ where: { id: userId } }))
  if (!user) return
  const by = { browser: browser ?? '' }
  await recordEvent(tables, { userId: user.id, kind: 'login-failed', at, by })
}
