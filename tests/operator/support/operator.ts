import { createPasswords } from '../../../src/accounts/password-hash.ts'
import { APP_NAME } from '../../../src/app-name.ts'
import type { Asked } from '../../../src/operator/ask-password.ts'
import { readImportArguments } from '../../../src/operator/import-arguments.ts'
import { runImport } from '../../../src/operator/import-command.ts'
import type { Operator } from '../../../src/operator/open.ts'
import type { UserCommand } from '../../../src/operator/user-arguments.ts'
import { runUserCommand } from '../../../src/operator/user-commands.ts'
import type { TestApp } from '../../support/app.ts'
import { PASSWORD } from '../../support/users.ts'
import { writeRows } from './user-files.ts'

/** Takes an application; returns what an operator's commands on its database work with. */
export function openOperator({ database, clock, settings }: TestApp): Operator {
  const passwordRules = { minLength: 15, appName: APP_NAME }
  const passwords = createPasswords({ cost: 4 })
  return { accounts: { database, clock: clock.now, passwords, passwordRules }, settings }
}

/** Takes an application; returns how its operator gives a command, and what they answer when asked for a password. */
export function commandsOf(site: TestApp) {
  const operator = openOperator(site)
  return (command: UserCommand, asked: Asked = { ok: true, password: PASSWORD }) =>
    runUserCommand(operator, command, async () => asked)
}

/** Takes an application; returns how its operator imports rows, with what they type after the file. */
export function importerOf(site: TestApp) {
  const operator = openOperator(site)
  return async (words: string[], ...rows: object[]) => {
    const wanted = readImportArguments([writeRows(...rows), ...words])
    if (!wanted) throw new Error('There is no such word')
    return runImport(operator, wanted)
  }
}

/** Takes an application and a user name; returns the kinds of events of that account. */
export async function kindsOf({ database }: TestApp, username: string): Promise<string[]> {
  const events = await database.securityEvent.findMany({ where: { user: { username } } })
  return events.map(({ kind }) => kind)
}
