import { escapeIdentifier } from 'pg'
import type { PostgresqlAddress } from './database-url.ts'
import { isDatabaseOutage } from './outage.ts'

/** Names what the driver leaves out: where the database is, and what to do. */
export function withReason<T>(address: PostgresqlAddress, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw explain(error, address)
  })
}

function explain(error: unknown, address: PostgresqlAddress): unknown {
  if (!(error instanceof Error)) return error
  const { hostname, port, pathname, searchParams } = new URL(address.url)
  const host = `${searchParams.get('host') ?? hostname}:${port || 5432}`
  const code = 'code' in error ? String(error.code) : isDatabaseOutage(error) ? 'ETIMEDOUT' : null
  const where = `PostgreSQL at ${host}, database ${decodeURIComponent(pathname.slice(1))}`
  const message = `${where}: ${reasonOf(error)}${adviseOn(code ?? '', address)}`
  return Object.assign(error, { message }, code && { code })
}

// Node tries every IP of a name, and says nothing of its own when all of them refuse.
function reasonOf(error: Error): string {
  const tried: Error[] = error instanceof AggregateError ? error.errors : []
  return error.message || tried.map(({ message }) => message).join(', ')
}

function adviseOn(code: string, { schema }: PostgresqlAddress): string {
  const name = escapeIdentifier(schema)
  if (/^E[A-Z]/.test(code)) return '. Check that it runs, and host and port in DATABASE_URL'
  if (code === '3D000') return '. Make it (createdb), or check the name in DATABASE_URL'
  if (code.startsWith('28')) return '. Check user and password in DATABASE_URL'
  if (code === '42501') {
    return `. As its owner run: CREATE SCHEMA IF NOT EXISTS ${name}; GRANT USAGE, CREATE ON SCHEMA ${name} TO the role of DATABASE_URL`
  }
  return ''
}
