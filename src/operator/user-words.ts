import type { ManagedUser } from '../accounts/operations.ts'
import { quote } from './outcome.ts'

/** A user as `--json` shows one; its names are a promise to scripts. */
export type DescribedUser = {
  id: string
  username: string
  email: string
  name: string | null
  state: 'active' | 'unverified' | 'disabled' | 'scheduled for deletion'
  emailVerifiedAt: Date | null
  createdAt: Date
  deletionDueAt: Date | null
}

/** Takes a user; returns what an operator may see of it. */
export function describeUser(user: ManagedUser): DescribedUser {
  const { id, username, email, name, emailVerifiedAt, createdAt, deletionDueAt } = user
  const state = stateOf(user)
  return { id, username, email, name, state, emailVerifiedAt, createdAt, deletionDueAt }
}

/** Takes users; returns a line for each, in columns. */
export function describeUsers(users: ManagedUser[]): string[] {
  if (users.length === 0) return ['There are no users.']
  return alignColumns([['USER NAME', 'EMAIL', 'STATE', 'SINCE'], ...users.map(toCells)])
}

function stateOf(user: ManagedUser): DescribedUser['state'] {
  if (user.disabledAt) return 'disabled'
  if (user.deletionDueAt) return 'scheduled for deletion'
  return user.emailVerifiedAt ? 'active' : 'unverified'
}

function toCells(user: ManagedUser): string[] {
  const since = user.createdAt.toISOString().slice(0, 10)
  return [quote(user.username).slice(1, -1), user.email, stateOf(user), since]
}

function alignColumns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    [],
  )
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
