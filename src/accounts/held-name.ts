import { randomUUID } from 'node:crypto'
import { NO_PASSWORD } from './password-text.ts'

// Where addresses must be confirmed, a registration holds its user name until its link is over, whether
// or not its address has an account: trying the name again would else tell. What holds it for an address
// that is taken is a row of nobody's, with no address that could be written, or written to.

const NOBODYS = 'nobody '

type Named = { id: string; email: string; emailKey: string; passwordHash: string }

/** Takes the row of a new user; returns one that holds its name in its stead. */
export function holderOf<Row extends Named>(row: Row): Row {
  const id = randomUUID()
  const email = NOBODYS + id
  return { ...row, id, email, emailKey: email, passwordHash: NO_PASSWORD }
}

/** Finds users, and none of those rows. */
export const isSomebody = { NOT: { emailKey: { startsWith: NOBODYS } } }
