import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Engine = 'sqlite' | 'postgresql'

export type DatabaseAddress =
  | { engine: 'sqlite'; file: string }
  | { engine: 'postgresql'; url: string; schema: string | undefined }

function readFile(url: string): string {
  const path = url.replace(/\?.*$/, '')
  return path.startsWith('file://') ? fileURLToPath(path) : resolve(path.slice('file:'.length))
}

// The driver would hand ?schema= to the server as a setting it does not know.
function readServer(text: string): DatabaseAddress {
  const url = new URL(text)
  const schema = url.searchParams.get('schema') ?? undefined
  url.searchParams.delete('schema')
  return { engine: 'postgresql', url: url.href, schema }
}

/** Takes a DATABASE_URL (`file:`, `postgresql:` or `postgres:`) apart; throws on any other. */
export function readDatabaseUrl(url: string): DatabaseAddress {
  if (url.startsWith('file:')) return { engine: 'sqlite', file: readFile(url) }
  if (/^postgres(ql)?:/.test(url)) return readServer(url)
  throw new Error('A database URL starts with file: or postgresql:')
}
