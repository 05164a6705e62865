import { changeTogether } from '../database/change-together.ts'
import type { Accounts } from './accounts.ts'
import { recordAndNotify } from './events.ts'
import { SECRET_COLUMNS, type User } from './users.ts'

const SECRETS_OF = {
  user: SECRET_COLUMNS,
  device: { tokenHash: true },
  session: { idHash: true, data: true },
  series: { id: true, tokenHash: true, previousHash: true, keyId: true },
  link: { id: true },
} as const

/** Takes a user; returns everything held about the account but what would log somebody in, and writes down that it was asked for. */
export async function exportAccount({ database, clock }: Accounts, user: User, browser: string) {
  const at = clock()
  await changeTogether(database, (tables) =>
    recordAndNotify(tables, user, { kind: 'exported', at, browser }),
  )
  const where = { userId: user.id }
  return {
    exportedAt: at,
    account: await database.user.findUnique({ where: { id: user.id }, omit: SECRETS_OF.user }),
    devices: await database.device.findMany({ where, omit: SECRETS_OF.device }),
    sessions: await database.session.findMany({ where, omit: SECRETS_OF.session }),
    rememberSeries: await database.rememberSeries.findMany({ where, omit: SECRETS_OF.series }),
    pendingLinks: await database.emailLink.findMany({ where, omit: SECRETS_OF.link }),
    events: await database.securityEvent.findMany({ where, orderBy: { at: 'asc' } }),
    mail: await database.outboxMessage.findMany({ where }),
  }
}
