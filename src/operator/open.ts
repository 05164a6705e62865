import type { Accounts } from '../accounts/accounts.ts'
import { createPasswords } from '../accounts/password-hash.ts'
import { APP_NAME } from '../app-name.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../database/database.ts'
import { migrateDatabase } from '../database/migrate.ts'
import { isDatabaseOutage } from '../database/outage.ts'
import { describeFailure } from '../runtime/failure.ts'
import { loadEnv } from '../settings/environment.ts'
import type { Settings } from '../settings/settings.ts'
import { complain, type Outcome, refused } from './outcome.ts'

/** What a command of the operator works with. */
export type Operator = {
  accounts: Pick<Accounts, 'database' | 'passwords' | 'clock' | 'passwordRules'>
  settings: Settings
}

/** Takes a command; runs it on the database that the server would open, and says null if the settings are wrong. */
export async function runWithDatabase(
  command: (operator: Operator) => Promise<Outcome>,
): Promise<Outcome | null> {
  const read = loadEnv()
  if (!read.ok) {
    complain(read.problems, 1)
    return null
  }
  return runOn(read.settings, command).catch((error: unknown) => refuse(error, true))
}

function refuse(error: unknown, isUnchanged: boolean): Outcome {
  if (!isDatabaseOutage(error)) return refused(`It could not be done: ${describeFailure(error)}`)
  const outcome = isUnchanged ? 'Nothing was done' : 'It may have been done or not: look'
  return refused(`The database cannot be used: ${describeFailure(error)}. ${outcome}.`)
}

async function runOn(
  settings: Settings,
  command: (operator: Operator) => Promise<Outcome>,
): Promise<Outcome> {
  await migrateDatabase(settings.databaseUrl, { mustExist: true })
  const database = await openDatabase(settings.databaseUrl)
  const passwords = createPasswords({ cost: settings.bcryptCost })
  const passwordRules = { minLength: settings.passwordMinLength, appName: APP_NAME }
  const accounts = { database, passwords, clock: systemClock, passwordRules }
  return command({ accounts, settings })
    .catch((error: unknown) => refuse(error, database.countChanges() === 0))
    .finally(() => database.close())
}
