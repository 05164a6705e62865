import { readFile } from 'node:fs/promises'
import type { AcceptedUser, ForeignField, RefusedUser } from '../accounts/foreign-user.ts'
import { type Examination, examineUsers, importUsers } from '../accounts/import-users.ts'
import { mayBePrepared, type Preparation } from '../accounts/stored-hash.ts'
import { seconds } from '../durations.ts'
import type { Operator } from './command.ts'
import type { CommandLine } from './command-line.ts'
import { type Outcome, quote, refused } from './outcome.ts'
import { readUserFile } from './user-file.ts'

const USAGE = `Usage: npm run import-users -- FILE [--commit] [OPTIONS]

  FILE                        a .csv or .json with id, username, email, password_hash and, where there are any, name, active and created_at

Without --commit it only says what it would do.

  --commit                    brings all users over, or none
  --skip-refused              with --commit: leaves out the refused users, instead of importing none
  --verified                  the program they come from has verified their emails
  --rename                    gives users whose name is not allowed or taken here a similar one
  --without-password          brings users over whose password hash cannot be used: they choose a password by email
  --flask-bcrypt-long         the hashes are Flask-Bcrypt’s with BCRYPT_HANDLE_LONG_PASSWORDS
  --flask-security-salt FILE  the hashes are Flask-Security’s; FILE holds its SECURITY_PASSWORD_SALT
  --json                      answers as JSON`

type Flag =
  | 'commit'
  | 'skip-refused'
  | 'verified'
  | 'rename'
  | 'without-password'
  | 'flask-bcrypt-long'
export type ImportWords = { [flag in Flag]?: boolean } & {
  file: string
  'flask-security-salt'?: string
}

export const IMPORT: CommandLine<Operator, ImportWords> = {
  usage: USAGE,
  // One command, so its form begins with the file: its name is FILE.
  commands: { FILE: runImport },
}

/** Says what would come over and what would not, and brings it over where that was asked. */
export async function runImport(
  { accounts }: Operator,
  typed: ImportWords,
  terminal: Terminal = process.stderr,
): Promise<Outcome> {
  const { rename: renames = false, 'without-password': withoutPassword = false } = typed
  if (!/\.(csv|json)$/i.test(typed.file)) return refused('FILE must end in .csv or .json.')
  const preparation = await readPreparation(typed)
  if (typeof preparation === 'string') return refused(preparation)
  const required = requiredFields(renames, withoutPassword)
  const file = await readUserFile(typed.file, required)
  if (!file.ok) return refused(file.problem)
  const how = { renames, withoutPassword, areVerified: typed.verified ?? false, preparation }
  const rules = { ...how, at: accounts.clock() }
  const onProgress = createProgress(file.users.length, terminal)
  const examination = await examineUsers(accounts.database, file.users, rules, onProgress)
  const isAllowed = examination.refused.length === 0 || typed['skip-refused'] === true
  const isDone = isAllowed && typed.commit === true
  if (isDone && !(await importUsers(accounts, examination.accepted))) {
    return refused('One of these names was taken just now. No user was brought over; try again.')
  }
  return describe({ ...examination, ignored: file.ignored, isAllowed, isDone, preparation }, typed)
}

function requiredFields(renames: boolean, withoutPassword: boolean): ForeignField[] {
  const username: ForeignField[] = renames ? [] : ['username']
  const passwordHash: ForeignField[] = withoutPassword ? [] : ['passwordHash']
  return ['id', ...username, 'email', ...passwordHash]
}

// From a file: other users of the machine see the words of a command.
async function readPreparation(typed: ImportWords): Promise<Preparation | string | null> {
  const { 'flask-bcrypt-long': isLong, 'flask-security-salt': saltFile } = typed
  if (isLong && saltFile) return 'The hashes cannot be both Flask-Bcrypt’s and Flask-Security’s.'
  if (isLong) return { by: 'flask-bcrypt' }
  if (saltFile === undefined) return null
  const read = readFile(saltFile, 'utf8')
  const salt = await read.catch((error: NodeJS.ErrnoException) => error)
  if (salt instanceof Error) return `The file of the salt cannot be read (${salt.code}).`
  const line = salt.replace(/\r?\n$/, '')
  const isSalt = line.length > 0 && Buffer.byteLength(line) <= 1024
  return isSalt
    ? { by: 'flask-security', salt: line }
    : 'The file of the salt is empty or too long.'
}

type Terminal = { isTTY?: boolean; write(text: string): unknown }

const USERS_A_LINE = 3000

// Shown at a terminal, or once it has taken long.
function createProgress(total: number, terminal: Terminal): (examined: number) => void {
  const patienceEnds = performance.now() + seconds(10)
  return (examined) => {
    if (examined % USERS_A_LINE !== 0 || examined === total) return
    if (!terminal.isTTY && performance.now() < patienceEnds) return
    terminal.write(`Examined ${examined} of ${total} users.\n`)
  }
}

type Result = Examination & {
  ignored: string[]
  isAllowed: boolean
  isDone: boolean
  preparation: Preparation | null
}

function describe(result: Result, { commit = false }: ImportWords): Outcome {
  const { accepted, refused, ignored, isDone, isAllowed } = result
  const warnings = findWarnings(result)
  const lines = [
    ...(ignored.length > 0 ? [`Not brought over: ${ignored.map(quote).join(', ')}.`] : []),
    ...accepted.filter((user) => !isDone || user.renamedFrom !== null).map(describeAccepted),
    ...refused.map(describeRefused),
    ...warnings,
    summarise(result, commit),
  ]
  const users = accepted.map(toJson)
  const json = { committed: isDone, accepted: users, refused, ignored, warnings }
  return { lines, json, exitCode: isAllowed ? 0 : 1 }
}

function describeAccepted({ place, row, renamedFrom }: AcceptedUser): string {
  const name = renamedFrom === null ? '' : `${quote(renamedFrom)} becomes `
  const how = row.passwordHash === null ? 'without a password' : 'fine'
  return `${place}: ${name}${quote(row.username)}, ${how}`
}

function describeRefused({ place, username, reasons }: RefusedUser): string {
  return `${place}: ${quote(username)} is refused: ${reasons.map(withoutStop).join('; ')}`
}

// No hash shows what was done to the password before bcrypt: only a login does.
function findWarnings({ accepted, preparation }: Result): string[] {
  const hashes = accepted.map(({ row }) => row.passwordHash)
  const missing = hashes.filter((hash) => hash === null).length
  const unsure = hashes.filter((hash) => hash !== null && mayBePrepared(hash)).length
  return [
    ...(missing > 0
      ? [
          `${missing} without a password: they choose one at /forgot-password, which needs SMTP_URL.`,
        ]
      : []),
    ...(unsure > 0 && !preparation
      ? [
          `${unsure} with bcrypt or passlib’s PBKDF2: no password will match if these are Flask-Bcrypt’s with ` +
            'BCRYPT_HANDLE_LONG_PASSWORDS (--flask-bcrypt-long) or Flask-Security’s (--flask-security-salt). ' +
            'Log in as one of them to see.',
        ]
      : []),
    ...(preparation ? [describePreparation(preparation)] : []),
  ]
}

function describePreparation({ by }: Preparation): string {
  return by === 'flask-bcrypt'
    ? 'Taken for Flask-Bcrypt’s: no password will match unless BCRYPT_HANDLE_LONG_PASSWORDS was True for all ' +
        'of them. Log in as one of them to see.'
    : 'Taken for Flask-Security’s: no password will match unless the salt is its SECURITY_PASSWORD_SALT and ' +
        'SECURITY_PASSWORD_SINGLE_HASH was off. Passwords with accents or other such letters from before ' +
        'its version 4 may not match. Log in as one of them to see.'
}

function toJson({ place, row, renamedFrom }: AcceptedUser) {
  const { id, username, email, name, createdAt } = row
  const isActive = row.disabledAt === null
  const hasPassword = row.passwordHash !== null
  return { place, id, username, renamedFrom, email, name, isActive, hasPassword, createdAt }
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
