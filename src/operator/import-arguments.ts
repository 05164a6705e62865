import { parseWords } from './command.ts'

export const USAGE = [
  'Usage: npm run import-users -- FILE [--commit] [OPTIONS]',
  '',
  'FILE is a .csv or .json with id, username, email, password_hash and, where there are any, name, active and created_at.',
  'Without --commit it only says what it would do.',
  '',
  '  --commit            brings all users over, or none',
  '  --skip-refused      with --commit: leaves out the refused users, instead of importing none',
  '  --verified          the program they come from has verified their emails',
  '  --rename            gives users whose name is not allowed or taken here a similar one',
  '  --without-password  brings users over whose password hash cannot be used: they choose a password by email',
  '  --flask-bcrypt-long          the hashes are Flask-Bcrypt’s with BCRYPT_HANDLE_LONG_PASSWORDS',
  '  --flask-security-salt FILE   the hashes are Flask-Security’s; FILE holds its SECURITY_PASSWORD_SALT',
  '  --json              answers as JSON',
]

export type ImportArguments = {
  file: string
  commits: boolean
  skipsRefused: boolean
  areVerified: boolean
  renames: boolean
  withoutPassword: boolean
  isFlaskBcryptLong: boolean
  flaskSecuritySaltFile: string | null
  asJson: boolean
}

const OPTIONS = {
  commit: { type: 'boolean', default: false },
  'skip-refused': { type: 'boolean', default: false },
  verified: { type: 'boolean', default: false },
  rename: { type: 'boolean', default: false },
  'without-password': { type: 'boolean', default: false },
  'flask-bcrypt-long': { type: 'boolean', default: false },
  'flask-security-salt': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Null when the words make no sense. */
export function readImportArguments(words: string[]): ImportArguments | null {
  const read = parseWords(words, OPTIONS)
  const [file, ...rest] = read?.positionals ?? []
  if (!read || !file || rest.length > 0 || !/\.(csv|json)$/i.test(file)) return null
  const { values } = read
  const flaskSecuritySaltFile = values['flask-security-salt'] ?? null
  if (values['flask-bcrypt-long'] && flaskSecuritySaltFile !== null) return null
  return {
    file,
    commits: values.commit,
    skipsRefused: values['skip-refused'],
    areVerified: values.verified,
    renames: values.rename,
    withoutPassword: values['without-password'],
    isFlaskBcryptLong: values['flask-bcrypt-long'],
    flaskSecuritySaltFile,
    asJson: values.json,
  }
}
