import BetterSqlite3 from 'better-sqlite3'
import { refuseInsideTransaction } from './change-together.ts'
import type { Read, ReadValue } from './read.ts'
import { retryWhileLocked } from './retry-while-locked.ts'
import { watchSqliteFile } from './sqlite-file.ts'

type Row = Record<string, unknown>
type Prepared = { sql: string; run: (values: ReadValue[]) => Row[] }

export type SqliteReads = { read: Read; close: () => void }

/** Reads a file that is open for writing already, through a connection of its own: it sees what is committed, and waits for no transaction. */
export function openSqliteReads(file: string, onStatement: (sql: string) => void): SqliteReads {
  const connection = new BetterSqlite3(file, { readonly: true, timeout: 0 })
  const assertSameFile = watchSqliteFile(file)
  const prepared = new Map<string, Prepared>()

  async function read<R>(sql: string, values: ReadValue[]): Promise<R[]> {
    refuseInsideTransaction()
    const statement = prepared.get(sql) ?? prepare(connection, sql)
    prepared.set(sql, statement)
    onStatement(statement.sql)
    const rows = await retryWhileLocked(() => {
      assertSameFile()
      return statement.run(values)
    })
    return rows as R[]
  }

  return { read, close: () => void connection.close() }
}

function prepare(connection: BetterSqlite3.Database, text: string): Prepared {
  // SQLite calls a numbered parameter ?1.
  const sql = text.replace(/\$(\d)/g, '?$1')
  const statement = connection.prepare<unknown[], Row>(sql)
  const times = statement.columns().filter(({ type }) => type === 'DATETIME')
  const revive = reviveTimes(times.map(({ name }) => name))
  return { sql, run: (values) => statement.all(numberFromOne(values)).map(revive) }
}

// The driver takes numbered parameters by name only.
function numberFromOne(values: ReadValue[]): Record<number, string | number | null> {
  return Object.fromEntries(values.map((value, index) => [index + 1, toStored(value)]))
}

// The form in which Prisma stores times. Only in the same form do they compare as text.
function toStored(value: ReadValue): string | number | null {
  return value instanceof Date ? value.toISOString().replace('Z', '+00:00') : value
}

function reviveTimes(names: string[]): (row: Row) => Row {
  return (row) => {
    for (const name of names) if (row[name] !== null) row[name] = new Date(String(row[name]))
    return row
  }
}
