import type { RefusedUser } from '../accounts/foreign-user.ts'
import { type Examination, examineUsers, importUsers } from '../accounts/import-users.ts'
import type { ImportArguments } from './import-arguments.ts'
import type { Operator } from './open.ts'
import { type Outcome, quote, refused } from './outcome.ts'
import { readUserFile } from './user-file.ts'

/** Takes what was asked for; says what would come over and what would not, and brings it over where that was asked. */
export async function runImport({ accounts }: Operator, wanted: ImportArguments): Promise<Outcome> {
  const file = await readUserFile(wanted.file)
  if (!file.ok) return refused(file.problem)
  const examination = await examineUsers(accounts.database, file.users)
  const isAllowed = examination.refused.length === 0 || wanted.skipsRefused
  const isDone = wanted.commits && isAllowed
  if (isDone && !(await importUsers(accounts, examination.accepted, wanted))) {
    return refused('One of these names was taken just now. No user was brought over; try again.')
  }
  const result = { ...examination, ignored: file.ignored, isAllowed, isDone }
  return describe(result, wanted)
}

type Result = Examination & {
  ignored: string[]
  isAllowed: boolean
  isDone: boolean
}

function describe(result: Result, { commits }: ImportArguments): Outcome {
  const { accepted, refused, ignored, isDone, isAllowed } = result
  const lines = [
    ...(ignored.length > 0 ? [`Not brought over: ${ignored.map(quote).join(', ')}.`] : []),
    ...(isDone ? [] : accepted.map(({ place, username }) => `${place}: ${quote(username)}, fine`)),
    ...refused.map(describeRefused),
    summarise(result, commits),
  ]
  const users = accepted.map(({ passwordHash: _, usernameKey: __, emailKey: ___, ...user }) => user)
  const json = { committed: isDone, accepted: users, refused, ignored }
  return { lines, json, exitCode: isAllowed ? 0 : 1 }
}

function describeRefused({ place, username, reasons }: RefusedUser): string {
  return `${place}: ${quote(username)} is refused: ${reasons.map(withoutStop).join('; ')}`
}

function summarise({ accepted, refused, isDone }: Result, commits: boolean): string {
  const counts = `${accepted.length} of ${accepted.length + refused.length} users`
  if (isDone) return `Brought over ${counts}.`
  if (commits) return 'No user was brought over. Mend the file, or add --skip-refused.'
  return `${counts} can come over. Nothing was changed; add --commit to bring them over.`
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
