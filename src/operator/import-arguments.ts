import { parseArgs } from 'node:util'

export const USAGE = [
  'Usage: npm run import-users -- FILE [--commit] [--skip-refused] [--confirmed] [--json]',
  '',
  'FILE is a .csv or .json with id, username, email, password_hash and, where there are any, name and active.',
  'Without --commit it only says what it would do.',
  '',
  '  --commit        brings all users over, or none',
  '  --skip-refused  with --commit: leaves out the refused users, instead of importing none',
  '  --confirmed     the program they come from has confirmed their addresses',
  '  --json          answers as JSON',
]

export type ImportArguments = {
  file: string
  commits: boolean
  skipsRefused: boolean
  areConfirmed: boolean
  asJson: boolean
}

const OPTIONS = {
  commit: { type: 'boolean', default: false },
  'skip-refused': { type: 'boolean', default: false },
  confirmed: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Takes the words after the command's own name; returns what is asked for, or null if they make no sense. */
export function readImportArguments(words: string[]): ImportArguments | null {
  const { values, positionals } = parse(words)
  const [file, ...rest] = positionals
  if (!values || !file || rest.length > 0 || !/\.(csv|json)$/i.test(file)) return null
  return {
    file,
    commits: values.commit,
    skipsRefused: values['skip-refused'],
    areConfirmed: values.confirmed,
    asJson: values.json,
  }
}

// It throws on a word it does not know.
function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch {
    return { values: null, positionals: [] }
  }
}
