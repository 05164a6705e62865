import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { SessionOwner } from '../sessions/session-rows.ts'
import type { Passwords } from './password-hash.ts'

/** What everything in this room works with. */
export type Accounts = {
  database: Database
  passwords: Passwords
  clock: Clock
  /** Whether nobody logs in before their address is confirmed. */
  mustConfirm: boolean
  /** What every new password is held against; minLength in code points. */
  passwordRules: { minLength: number; appName: string }
}

/** A user as the rest of the program sees one: without the password hash. */
export type User = SessionOwner
