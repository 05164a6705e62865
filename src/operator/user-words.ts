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

export function describeUser(user: ManagedUser): DescribedUser {
  const { id, username, email, name, emailVerifiedAt, createdAt, deletionDueAt } = user
  const state = stateOf(user)
  return { id, username, email, name, state, emailVerifiedAt, createdAt, deletionDueAt }
}

// Deletion first: an account that is being erased is disabled too.
function stateOf(user: ManagedUser): DescribedUser['state'] {
  if (user.deletionDueAt) return 'scheduled for deletion'
  if (user.disabledAt) return 'disabled'
  return user.emailVerifiedAt ? 'active' : 'unverified'
}

/** A line for each user. Columns get wider from page to page, as widths of later pages are unknown. */
export async function* describeUsers(pages: AsyncIterable<ManagedUser[]>, database: string) {
  let rows = [['USER NAME', 'EMAIL', 'STATE', 'SINCE']]
  let widths: number[] = []
  let isEmpty = true
  for await (const users of pages) {
    rows = [...rows, ...users.map(toCells)]
    widths = widen(widths, rows)
    yield rows.map((row) => alignCells(row, widths))
    rows = []
    isEmpty = false
  }
  if (isEmpty) yield [`There are no users in ${database}.`]
}

function toCells(user: ManagedUser): string[] {
  const since = user.createdAt.toISOString().slice(0, 10)
  return [quote(user.username).slice(1, -1), user.email, stateOf(user), since]
}

function widen(widths: number[], rows: string[][]): number[] {
  return rows.reduce(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    widths,
  )
}

function alignCells(row: string[], widths: number[]): string {
  const padded = row.map((cell, at) => cell.padEnd(widths[at] ?? 0))
  return padded.join('  ').trimEnd()
}
