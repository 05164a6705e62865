import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { resolveInProject } from '../project.ts'
import { type Settings, toSettings } from './settings.ts'
import { Environment, LIST, VARIABLES, type Variable, type VariableName } from './variables.ts'

type SettingsOrProblems = { ok: true; settings: Settings } | { ok: false; problems: string[] }

type Variables = Record<string, string | undefined>
type Problem = { name: VariableName; problem: string }

const DEFAULTS = Object.fromEntries(LIST.map(([name, variable]) => [name, variable.default]))

/** The settings of this process: its environment goes before the project's `.env`. */
export function loadEnv(): SettingsOrProblems {
  const file = readEnvFile(resolveInProject('.env'))
  if (typeof file !== 'string') {
    return { ok: false, problems: [`.env cannot be read (${file.code}): mend or remove it`] }
  }
  // PowerShell's > writes UTF-16, of which every setting would be ignored.
  if (file.includes('\0'))
    return { ok: false, problems: ['.env is not in UTF-8: save it as UTF-8'] }
  const cut = findCutValues(file).filter(({ name }) => process.env[name] === undefined)
  // Some editors begin a file with a mark, which would become part of the first name.
  return readEnv({ ...parseEnv(file.replace(/^\uFEFF/, '')), ...process.env }, cut)
}

function readEnvFile(path: string): string | NodeJS.ErrnoException {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    return failure.code === 'ENOENT' ? '' : failure
  }
}

/** The settings, or one line for every problem. */
export function readEnv(source: Variables, known: Problem[] = []): SettingsOrProblems {
  const texts: Variables = { ...DEFAULTS, ...withoutEmpty(source) }
  const parsed = Environment.safeParse(texts)
  const problems = [
    ...known,
    ...findQuotes(texts),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => ({
      name: path[0] as VariableName,
      problem: message,
    })),
    ...findProductionProblems(texts),
  ]
  if (parsed.success && problems.length === 0) {
    return { ok: true, settings: Object.freeze(toSettings(parsed.data)) }
  }
  return { ok: false, problems: describeFirsts(problems, texts) }
}

// "PORT=" means "not set". A line break at the end comes with values that were read from a file.
function withoutEmpty(source: Variables): Variables {
  const trimmed = Object.entries(source).map(([name, text]) => [name, text?.trim()])
  return Object.fromEntries(trimmed.filter(([, text]) => text))
}

// Without quotes, parseEnv takes a # inside a value for the beginning of a comment: of a password
// in a URL a part would be left, and what is left may name another host.
function findCutValues(file: string): Problem[] {
  const lines = file.matchAll(/^\s*(?:export\s+)?(\w+)\s*=[ \t]*([^\s"'`#].*)$/gm)
  return [...lines].flatMap(([, name = '', text = '']) =>
    isVariable(name) && text.split(/\s#/)[0]?.includes('#')
      ? [{ name, problem: 'is cut off at # in .env: put it in quotes, and in a URL write %23' }]
      : [],
  )
}

// Docker's --env-file keeps quotes. A secret may have any characters.
function findQuotes({ SESSION_SECRET: _, ...texts }: Variables): Problem[] {
  return Object.entries(texts).flatMap(([name, text = '']) =>
    isVariable(name) && /^(["'`]).*\1$|^[“‘].*[”’]$/s.test(text)
      ? [{ name, problem: 'is in quotes: remove them' }]
      : [],
  )
}

function findProductionProblems(texts: Variables): Problem[] {
  if (texts.NODE_ENV !== 'production') return []
  return LIST.flatMap(([name, { findProductionProblem }]) => {
    const problem = findProductionProblem?.(texts[name])
    return problem ? [{ name, problem }] : []
  })
}

function describeFirsts(problems: Problem[], texts: Variables): string[] {
  const firsts = new Map(problems.toReversed().map(({ name, problem }) => [name, problem]))
  return [...firsts].map(([name, problem]) => describeProblem(name, problem, texts[name]))
}

function isVariable(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name)
}

/** One line with a value that works, of the kind of `text`. Never `text` itself: the line ends up in logs, and the value may be a secret. */
export function describeProblem(name: VariableName, problem: string, text = ''): string {
  return `${name} ${problem}. For example: ${name}=${findExample(name, text)}`
}

export function describeDatabaseProblem(databaseUrl: string, reason: string): string {
  return describeProblem('DATABASE_URL', `cannot be used: ${reason}`, databaseUrl)
}

function findExample(name: VariableName, text: string): string {
  const isPostgresql = name === 'DATABASE_URL' && text.startsWith('postgres')
  if (isPostgresql) return 'postgresql://user:password@127.0.0.1:5432/app'
  const { example, default: fallback = '' }: Variable = VARIABLES[name]
  return example ?? fallback
}
