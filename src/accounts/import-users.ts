import { changeTogether } from '../database/change-together.ts'
import { type Database, isUniqueViolation, type Tables } from '../database/database.ts'
import { hours } from '../durations.ts'
import { OPERATOR } from '../words/browser-labels.ts'
import type { Records } from './accounts.ts'
import type { EventKind } from './events.ts'
import {
  type AcceptedUser,
  createCheck,
  type ForeignUser,
  type ImportRules,
  isAccepted,
  type RefusedUser,
} from './foreign-user.ts'
import { usernameKeyOf } from './identifiers.ts'
import { insertUsers, type NewUserRow } from './insert-users.ts'
import { numberName } from './similar-name.ts'

/** Who can come over, and who cannot, in the order of the file. */
export type Examination = { accepted: AcceptedUser[]; refused: RefusedUser[] }

// Prisma's driver for SQLite takes 999 parameters at most.
const ASKED_AT_ONCE = 300

/** Compares users of another program with the rules, with the users who are here, and with each other. Changes nothing. */
export async function examineUsers(
  database: Database,
  users: readonly ForeignUser[],
  rules: ImportRules,
  onProgress: (examined: number) => void = () => {},
): Promise<Examination> {
  const check = createCheck(rules)
  const register = createRegister(rules)
  const outcomes: (AcceptedUser | RefusedUser)[] = []
  for (let at = 0; at < users.length; at += ASKED_AT_ONCE) {
    const checked = users.slice(at, at + ASKED_AT_ONCE).map(check)
    const candidates = checked.filter(isAccepted).map(({ row }) => row)
    for (const resident of await findResidents(database, candidates)) register.add(resident)
    outcomes.push(...checked.map((user) => (isAccepted(user) ? register.admit(user) : user)))
    onProgress(outcomes.length)
  }
  // Names that are allowed here go first, wherever they stand.
  const accepted: AcceptedUser[] = []
  for (const user of outcomes.filter(isAccepted)) {
    accepted.push(user.renamedFrom === null ? user : await rename(database, register, user))
  }
  return { accepted, refused: outcomes.filter((outcome) => 'reasons' in outcome) }
}

const WORDS = { id: 'id', usernameKey: 'user name', emailKey: 'email' } as const

type Unique = keyof typeof WORDS

// Who has which id, user name and email. The keys are folded, so "Ada" and "ada" are one.
function createRegister({ renames }: ImportRules) {
  const holders = new Map<string, string>()
  const numbers = new Map<string, number>()
  const keyOf = (field: Unique, value: string) => `${field} ${value}`
  const claim = (row: Pick<NewUserRow, Unique>, fields: Unique[], holder: string) => {
    for (const field of fields) holders.set(keyOf(field, row[field]), holder)
  }
  return {
    add: (row: Pick<NewUserRow, Unique>) =>
      claim(row, ['id', 'usernameKey', 'emailKey'], 'a user who is here already'),
    /** The user, to be renamed if only the user name is taken; or the reasons for refusing it. */
    admit(user: AcceptedUser): AcceptedUser | RefusedUser {
      const { place, row } = user
      const isTaken = (field: Unique) => holders.has(keyOf(field, row[field]))
      const isRenamed = user.renamedFrom !== null || (renames && isTaken('usernameKey'))
      const fields: Unique[] = isRenamed ? ['id', 'emailKey'] : ['id', 'usernameKey', 'emailKey']
      const lost = fields.filter(isTaken)
      if (lost.length === 0) {
        claim(row, fields, place)
        return isRenamed ? { ...user, renamedFrom: user.renamedFrom ?? row.username } : user
      }
      const reasons = lost.map(
        (field) => `the ${WORDS[field]} is that of ${holders.get(keyOf(field, row[field]))}`,
      )
      return { place, username: row.username, reasons }
    },
    /** The next name like this one that is free, as far as is known here. */
    claimName(username: string, holder: string): { username: string; usernameKey: string } {
      for (let number = numbers.get(username) ?? 1; ; number++) {
        const name = number === 1 ? username : numberName(username, number)
        const usernameKey = usernameKeyOf(name)
        const key = keyOf('usernameKey', usernameKey)
        if (holders.has(key)) continue
        numbers.set(username, number + 1)
        holders.set(key, holder)
        return { username: name, usernameKey }
      }
    },
  }
}

async function rename(
  database: Database,
  register: ReturnType<typeof createRegister>,
  user: AcceptedUser,
): Promise<AcceptedUser> {
  const { username, usernameKey } = register.claimName(user.row.username, user.place)
  const isHere = await database.user.count({ where: { usernameKey } })
  if (isHere) return rename(database, register, user)
  return { ...user, row: { ...user.row, username, usernameKey } }
}

async function findResidents(
  database: Database,
  rows: NewUserRow[],
): Promise<Pick<NewUserRow, Unique>[]> {
  const where = (field: Unique) => ({ [field]: { in: rows.map((row) => row[field]) } })
  return database.user.findMany({
    where: { OR: [where('id'), where('usernameKey'), where('emailKey')] },
    select: { id: true, usernameKey: true, emailKey: true },
  })
}

// The statements of one PostgreSQL must answer in ten seconds, and their text be held in memory.
const INSERTED_AT_ONCE = 2000

/** Imports users that passed examineUsers, all or none; false when one of their names was taken meanwhile. */
export function importUsers(
  { database, clock }: Records,
  users: readonly AcceptedUser[],
): Promise<boolean> {
  const kind = 'imported' satisfies EventKind
  const event = { kind, at: clock(), browser: OPERATOR }
  const insertAll = async (tables: Tables) => {
    for (let at = 0; at < users.length; at += INSERTED_AT_ONCE) {
      const part = users.slice(at, at + INSERTED_AT_ONCE).map(({ row }) => row)
      await insertUsers(database, tables, part, event)
    }
    return true
  }
  return changeTogether(database, insertAll, { timeout: hours(1) }).catch((error: unknown) => {
    if (isUniqueViolation(error)) return false
    throw error
  })
}
