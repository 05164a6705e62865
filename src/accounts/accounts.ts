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

/** Counts an email that strangers can have sent; false where its recipient has had enough of this kind for now. */
export type CountEmail = (tables: Tables, kind: 'verifications-to', key: string) => Promise<boolean>
