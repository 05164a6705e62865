import { VARIABLES, type VariableName } from './variables.ts'

/** One line with a value that works. Never the value itself: the line ends up in logs, and the value may be a secret. */
export function describeProblem(
  name: VariableName,
  problem: string,
  example: string = VARIABLES[name].example,
): string {
  return `${name} ${problem}. For example: ${name}=${example}`
}

/** Why the database cannot be used, with an example of the kind that was meant. */
export function describeDatabaseProblem(databaseUrl: string, reason: string): string {
  const problem = `cannot be used: ${reason}`
  return databaseUrl.startsWith('file:')
    ? describeProblem('DATABASE_URL', problem)
    : describeProblem('DATABASE_URL', problem, POSTGRESQL_EXAMPLE)
}

const POSTGRESQL_EXAMPLE = 'postgresql://user:password@127.0.0.1:5432/app'
