import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import type { Passwords } from './password-hash.ts'

/** What every file of this room works with. */
export type Accounts = {
  database: Database
  passwords: Passwords
  clock: Clock
  /** minLength in code points. */
  passwordRules: { minLength: number; appName: string }
}
