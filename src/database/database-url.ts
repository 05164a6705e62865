import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Engine = 'sqlite' | 'postgresql'

export type SqliteAddress = { engine: 'sqlite'; file: string }

export type PostgresqlAddress = {
  engine: 'postgresql'
  url: string
  schema: string
  /** `?options=` of the URL: settings of the operator for every connection. */
  options: string
}

export function readDatabaseUrl(url: string): SqliteAddress | PostgresqlAddress {
  if (url.startsWith('file:')) return { engine: 'sqlite', file: readFile(url) }
  if (/^postgres(ql)?:/.test(url)) return readServer(url)
  throw new Error('A database URL starts with file: or postgresql:')
}

function readFile(url: string): string {
  const path = url.replace(/\?.*$/, '')
  return path.startsWith('file://') ? fileURLToPath(path) : resolve(path.slice('file:'.length))
}

// Taken out of the URL: what pg finds there goes before what it is told beside it.
function readServer(text: string): PostgresqlAddress {
  const url = new URL(text)
  const schema = url.searchParams.get('schema') ?? 'public'
  const options = url.searchParams.get('options') ?? ''
  url.searchParams.delete('schema')
  url.searchParams.delete('options')
  return { engine: 'postgresql', url: url.href, schema, options }
}
