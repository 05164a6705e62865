import { dropUnsent, hasten, listUnsent, type UnsentMail } from '../mail/queue.ts'
import { LEASE } from '../mail/sender.ts'
import type { Operator } from './command.ts'
import { done, type Outcome, quote, refused } from './outcome.ts'
import { type Table, tabulate } from './table.ts'

const MAIL: Table<UnsentMail> = {
  head: ['ID', 'WRITTEN', 'KIND', 'TO', 'FAILED', 'NEXT ATTEMPT'],
  toCells: ({ id, createdAt, template, recipient, attempts, nextAttemptAt }) => {
    const [written, next] = [createdAt, nextAttemptAt].map((time) => time.toISOString())
    return [id, written ?? '', template, recipient || '-', String(attempts), next ?? '']
  },
  toJson: (mail) => mail,
  none: 'No email waits.',
}

type Mail = { id: string }

/** Emails that are not sent yet, without what they say. */
export async function listMail({ accounts: { database } }: Operator): Promise<Outcome> {
  return tabulate(() => listUnsent(database), MAIL)
}

/** Has one email, or all, tried at once. */
export async function retryMail({ accounts }: Operator, { id }: Mail): Promise<Outcome> {
  const now = accounts.clock()
  // Those that are due sooner may be under way.
  const after = new Date(now.getTime() + LEASE)
  const count = await hasten(accounts.database, id === 'all' ? null : id, { now, after })
  if (count === 0 && id !== 'all')
    return refused(`No email ${quote(id)} waits for longer than five minutes.`)
  return done(`${count} due now. All others are due within five minutes.`, { due: count })
}

/** Drops an email that is not sent yet. */
export async function dropMail({ accounts }: Operator, { id }: Mail): Promise<Outcome> {
  const isDropped = await dropUnsent(accounts.database, id)
  return isDropped ? done(`Dropped ${id}.`, { id }) : refused(`No email ${quote(id)} waits.`)
}
