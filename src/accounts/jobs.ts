import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Job } from '../mail/outbox.ts'
import type { Accounts, CountVerification } from './accounts.ts'
import type { Change } from './change.ts'
import { recordEvent } from './events.ts'
import { decideReset } from './passwords.ts'
import { decideRegistration, decideVerification } from './registration-emails.ts'

/** Does in the background what an answer must not depend on: whether an account exists. `claim` is part of the same transaction, and false when another worker has the job. */
export function doJob(
  { database, clock, countVerification }: Accounts & { countVerification: CountVerification },
  job: Job,
  claim: (tables: Tables) => Promise<boolean>,
): Promise<void> {
  const { browser, ip = null, language = null } = job
  const by = { browser: browser ?? '', ip, language }
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (await claim(tables)) await JOBS[job.kind]?.({ tables, at, by }, job, countVerification)
  })
}

type DoJob = (change: Change, job: Job, countVerification: CountVerification) => Promise<void>

const JOBS: Record<string, DoJob> = {
  'password-reset': (change, { email }) => decideReset(change, email ?? ''),
  registration: (change, { pendingId }, count) =>
    decideRegistration(change, pendingId ?? '', count),
  verification: (change, { email }, count) => decideVerification(change, email ?? '', count),
  'failed-login': recordFailedLogin,
}

async function recordFailedLogin(change: Change, { userId }: Job): Promise<void> {
  const user = userId && (await change.tables.user.findUnique({ where: { id: userId } }))
  if (user) await recordEvent(change, user.id, 'login-failed')
}
