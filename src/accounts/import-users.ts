import { randomUUID } from 'node:crypto'
import { changeTogether } from '../database/change-together.ts'
import type { Database } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import type { EventKind } from './events.ts'
import {
  type AcceptedUser,
  checkForeignUser,
  type ForeignUser,
  isAccepted,
  type RefusedUser,
} from './foreign-user.ts'
import { insertUsers } from './insert-users.ts'
import { OPERATOR } from './operations.ts'
import { isUniqueViolation } from './unique.ts'

/** Who can come over, and who cannot, in the order of the file. */
export type Examination = { accepted: AcceptedUser[]; refused: RefusedUser[] }

/** Takes users of another program; holds them against the rules, against who is here, and against each other. Changes nothing. */
export async function examineUsers(database: Database, users: ForeignUser[]): Promise<Examination> {
  const checked = users.map(checkForeignUser)
  const candidates = checked.filter(isAccepted)
  const register = createRegister()
  for (const resident of await findResidents(database, candidates)) {
    register.claim(resident, 'a user who is here already')
  }
  const refused: RefusedUser[] = []
  const accepted = checked.filter((user): user is AcceptedUser => {
    const reasons = isAccepted(user) ? register.claim(user, user.place) : user.reasons
    if (reasons.length > 0) refused.push({ place: user.place, username: user.username, reasons })
    return reasons.length === 0
  })
  return { accepted, refused }
}

const UNIQUE = { id: 'id', usernameKey: 'user name', emailKey: 'email address' } as const

type Unique = Record<keyof typeof UNIQUE, string>

// Who holds what may be given once only. The keys are folded, so "Ada" and "ada" are one.
function createRegister() {
  const holders = new Map<string, string>()
  return {
    /** Gives the reasons why this user cannot have what is theirs; where there is none, it is theirs now. */
    claim(user: Unique, holder: string): string[] {
      const claims = Object.entries(UNIQUE).map(([field, words]) => {
        const key = `${field} ${user[field as keyof Unique]}`
        return { key, words, heldBy: holders.get(key) }
      })
      const lost = claims.filter(({ heldBy }) => heldBy !== undefined)
      if (lost.length === 0) for (const { key } of claims) holders.set(key, holder)
      return lost.map(({ words, heldBy }) => `the ${words} is that of ${heldBy}`)
    },
  }
}

// Prisma's driver for SQLite takes 999 parameters at most.
const ASKED_AT_ONCE = 300

async function findResidents(database: Database, users: AcceptedUser[]): Promise<Unique[]> {
  const found: Unique[] = []
  for (let at = 0; at < users.length; at += ASKED_AT_ONCE) {
    const part = users.slice(at, at + ASKED_AT_ONCE)
    const where = (field: keyof Unique) => ({ [field]: { in: part.map((user) => user[field]) } })
    found.push(
      ...(await database.user.findMany({
        where: { OR: [where('id'), where('usernameKey'), where('emailKey')] },
        select: { id: true, usernameKey: true, emailKey: true },
      })),
    )
  }
  return found
}

/** Imports users that passed examineUsers, all or none; false when one of their names was taken meanwhile. */
export function importUsers(
  { database, clock }: Pick<Accounts, 'database' | 'clock'>,
  users: AcceptedUser[],
  { areConfirmed }: { areConfirmed: boolean },
): Promise<boolean> {
  const at = clock()
  const emailVerifiedAt = areConfirmed ? at : null
  const insertion = { at, emailVerifiedAt, kind: 'imported' satisfies EventKind, browser: OPERATOR }
  const rows = users.map(({ place: _, ...user }) => ({ ...user, eventId: randomUUID() }))
  return changeTogether(database, async (tables) => {
    await insertUsers(database, tables, rows, insertion)
    return true
  }).catch((error: unknown) => {
    if (isUniqueViolation(error)) return false
    throw error
  })
}
