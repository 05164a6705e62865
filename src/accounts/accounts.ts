import type { Clock } from '../clock.ts'
import type { Database, Tables } from '../database/database.ts'
import type { Passwords } from './password-hash.ts'

/** What every file of this room works with. */
export type Accounts = {
  database: Database
  passwords: Passwords
  clock: Clock
  /** minLength in code points. */
  passwordRules: { minLength: number; appName: string }
}

/** Enough where no password is hashed. */
export type Records = Pick<Accounts, 'database' | 'clock'>

/** Counts a verification email, which strangers can have sent; false where its recipient has had enough for now. */
export type CountVerification = (tables: Tables, recipient: string) => Promise<boolean>
