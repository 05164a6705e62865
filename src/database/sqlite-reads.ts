import BetterSqlite3 from 'better-sqlite3'
import { refuseInsideTransaction } from './change-together.ts'
import type { Read, ReadValue } from './read.ts'
import { retryWhileLocked } from './retry-while-locked.ts'
import { watchSqliteFile } from './sqlite-file.ts'

// A look at the file takes as long as a statement. Before a write there is one each time.
const LOOK_PAUSE_MS = 100

type Row = Record<string, unknown>
type Prepared = { sql: string; run: (values: ReadValue[]) => Row[] }

export type SqliteReads = { read: Read; close: () => void }

/** Reads a file that is open for writing already, through a connection of its own: it sees what is committed, and waits for no transaction. */
export function openSqliteReads(file: string, onStatement: (sql: string) => void): SqliteReads {
  const connection = new BetterSqlite3(file, { readonly: true, timeout: 0 })
  const assertSameFile = watchSqliteFile(file, LOOK_PAUSE_MS)
  const prepared = new Map<string, Prepared>()

  const statementOf = (sql: string) => {
    const statement = prepared.get(sql) ?? prepare(connection, sql)
    prepared.set(sql, statement)
    return statement
  }

  async function read<R>(sql: string, values: ReadValue[]): Promise<R[]> {
    refuseInsideTransaction()
    const statement = statementOf(sql)
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
  const order: number[] = []
  // The driver takes numbered parameters by name only, which is slower.
  const sql = text.replace(/\$(\d)/g, (_, number) => {
    order.push(Number(number) - 1)
    return '?'
  })
  const statement = connection.prepare<unknown[], Row>(sql)
  const times = statement.columns().filter(({ type }) => type === 'DATETIME')
  const revive = reviveTimes(times.map(({ name }) => name))
  const inOrder = (values: ReadValue[]) => order.map((index) => toStored(values[index] ?? null))
  return { sql, run: (values) => statement.all(inOrder(values)).map(revive) }
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
