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
import { complain, type Outcome, report } from './outcome.ts'

/** What a command works with. */
export type Operator = {
  accounts: Accounts
  settings: Settings
}

type Command = (operator: Operator) => Promise<Outcome>

/** Runs a command on the database that the server would open, and prints what it came to. */
export function runOnDatabase(command: Command, asJson: boolean): Promise<void> {
  return runOnSettings((settings) => run(settings, command, asJson))
}

/** Runs what opens a database by itself, or none. */
export async function runOnSettings(work: (settings: Settings) => Promise<void>): Promise<void> {
  const read = loadEnv()
  if (!read.ok) return complain(read.problems, 1)
  await work(read.settings).catch((error) => complainOf(error, true))
}

async function run(settings: Settings, command: Command, asJson: boolean): Promise<void> {
  await migrateDatabase(settings.databaseUrl, { mustExist: true })
  const database = await openDatabase(settings.databaseUrl)
  const passwords = createPasswords({ cost: settings.bcryptCost })
  const passwordRules = { minLength: settings.passwordMinLength, appName: APP_NAME }
  const accounts = { database, passwords, clock: systemClock, passwordRules }
  // Printed before the database is closed: some outcomes are read while they are printed.
  await command({ accounts, settings })
    .then((outcome) => report(outcome, asJson))
    .catch((error) => complainOf(error, database.countChanges() === 0))
    .finally(() => database.close())
}

function complainOf(error: unknown, isUnchanged: boolean): void {
  const failure = describeFailure(error)
  const outcome = isUnchanged ? 'Nothing was done' : 'It may have been done or not: look'
  const problem = isDatabaseOutage(error)
    ? `The database cannot be used: ${failure}. ${outcome}.`
    : `It could not be done: ${failure}`
  complain([problem], 1)
}
