import { createPasswords } from '../../../src/accounts/password-hash.ts'
import { APP_NAME } from '../../../src/app-name.ts'
import type { Asked } from '../../../src/operator/ask-password.ts'
import type { Operator } from '../../../src/operator/command.ts'
import type { Typed } from '../../../src/operator/user-acts.ts'
import { USER } from '../../../src/operator/user-commands.ts'
import type { TestApp } from '../../support/app.ts'
import { PASSWORD } from '../../support/users.ts'

/** What an operator's commands on the application's database work with. */
export function openOperator({ database, clock, settings }: TestApp): Operator {
  const passwordRules = { minLength: 15, appName: APP_NAME }
  const passwords = createPasswords({ cost: 4 })
  return { accounts: { database, clock: clock.now, passwords, passwordRules }, settings }
}

/** Gives a command, and the answers when it asks for a password or a line. */
export function commandsOf(site: TestApp) {
  const operator = openOperator(site)
  return (
    { act, ...typed }: Partial<Typed> & { act: string },
    asked: Asked = { ok: true, password: PASSWORD },
    line = '',
  ) => {
    const command = USER.commands[act]
    if (!command) throw new Error(`There is no command ${act}`)
    const ask = { password: async () => asked, line: async () => line }
    return command({ ...operator, ask }, typed as Typed)
  }
}

/** The kinds of events of an account. */
export async function kindsOf({ database }: TestApp, username: string): Promise<string[]> {
  const events = await database.securityEvent.findMany({ where: { user: { username } } })
  return events.map(({ kind }) => kind)
}
