import { VARIABLES, type Variable, type VariableName } from './variables.ts'

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
