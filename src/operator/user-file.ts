import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import type { ForeignField, ForeignUser } from '../accounts/foreign-user.ts'
import { readNames } from './field-names.ts'

/** What a file holds, or the one line that says why it cannot be read; ignored are the names that mean nothing here. */
type UserFile =
  | { ok: true; users: ForeignUser[]; ignored: string[] }
  | { ok: false; problem: string }

/** Reads a .csv or .json file of users whole. */
export async function readUserFile(
  path: string,
  required: readonly ForeignField[],
): Promise<UserFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error.code ?? '')
  if (typeof bytes === 'string') return refuse(`The file cannot be read (${bytes}).`)
  const text = decode(bytes)
  if (text === null) return refuse('The file is not in UTF-8. Save it as UTF-8 and try again.')
  return path.toLowerCase().endsWith('.json') ? readJson(text, required) : readCsv(text, required)
}

function refuse(problem: string): UserFile {
  return { ok: false, problem }
}

// Without a byte order mark. A file in any other encoding would bring over names with wrong letters.
function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

// The number of its last line, then its fields.
type NumberedRecord = string[]

// RFC 4180, with the names in the first line.
function readCsv(text: string, required: readonly ForeignField[]): UserFile {
  const lines = parseLines(text)
  if (typeof lines === 'string') return refuse(`The file is no CSV: ${lines}.`)
  const [header, ...rest] = lines
  if (!header) return refuse('The file is empty.')
  const [, ...names] = header
  if (names.length === 1) return refuse(`The first line has one column. ${SEPARATE_COLUMNS}`)
  const { fields, ignored, problem } = readNames(names, required)
  if (problem) return refuse(`In the first line ${problem}.`)
  const users = rest.map(([line, ...record]) => {
    const place = `line ${line}`
    const named = names.flatMap((name, at) => {
      const field = fields.get(name)
      return field ? [[field, record[at]]] : []
    })
    const user: ForeignUser = { place, fields: Object.fromEntries(named) }
    if (record.length === names.length) return user
    return { ...user, problem: `it has ${record.length} fields instead of ${names.length}` }
  })
  return { ok: true, users, ignored }
}

const SEPARATORS = [',', ';', '\t', '|']
const SEPARATE_COLUMNS = 'Separate columns by commas, semicolons, tabs or |.'

function parseLines(file: string): NumberedRecord[] | string {
  // Some files mix line ends, and the parser counts \r\n inside quotes twice.
  const text = file.replace(/\r\n?/g, '\n')
  // Excel's own way to name the separator.
  const named = /^sep=(.)\n/i.exec(text)?.[1]
  try {
    return parse(text, {
      delimiter: named ?? findSeparator(text),
      from_line: named ? 2 : 1,
      record_delimiter: '\n',
      // Lines of another length are refused one by one below, instead of the whole file at the first.
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], { lines }) => [String(lines), ...record],
    })
  } catch (error) {
    if (error instanceof CsvError) return describeCsvError(error)
    throw error
  }
}

// No name that is known has one of these in it.
function findSeparator(text: string): string {
  const [firstLine = ''] = text.trimStart().split('\n', 1)
  const bare = firstLine.replace(/"[^"]*"/g, '')
  const countOf = (separator: string) => bare.split(separator).length
  return SEPARATORS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best))
}

// Its own message quotes the line, and with it a password hash.
function describeCsvError(error: CsvError): string {
  const reason = error.code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase()
  return `${reason}, line ${String(error.lines)}`
}

// An array of objects.
function readJson(text: string, required: readonly ForeignField[]): UserFile {
  const entries = parseEntries(text)
  if (!entries) return refuse('The file is no JSON array of objects.')
  const ignored = new Set<string>()
  const users = entries.map((entry, at): ForeignUser => {
    const names = readNames(Object.keys(entry), required)
    for (const name of names.ignored) ignored.add(name)
    const named = [...names.fields].map(([name, field]) => [field, toText(entry[name])])
    const user = { place: `entry ${at + 1}`, fields: Object.fromEntries(named) }
    return names.problem ? { ...user, problem: names.problem } : user
  })
  return { ok: true, users, ignored: [...ignored] }
}

function parseEntries(text: string): Record<string, unknown>[] | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) && parsed.every(isObject) ? parsed : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// An id is a number in most tables, and text here. JSON.parse has rounded larger ones.
function toText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value
}
