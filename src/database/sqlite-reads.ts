import BetterSqlite3 from 'better-sqlite3'
import { refuseInsideTransaction } from './change-together.ts'
import { formatTimestamp, type Read, type ReadValue } from './read.ts'
import type { Retry } from './retry-while-locked.ts'
import { watchSqliteFile } from './sqlite-file.ts'

// A look at the file takes as long as a statement. Before a write there is one each time.
const LOOK_PAUSE_MS = 100

type Row = Record<string, unknown>
type Column = { name: string; isTime: boolean }
type Prepared = { sql: string; run: (values: ReadValue[]) => Row[] }

export type SqliteReads = { read: Read; close: () => void }

/** Reads a file that is open for writing already, through a connection of its own: it sees what is committed, and waits for no transaction. */
export function openSqliteReads(
  file: string,
  onStatement: (sql: string) => void,
  retry: Retry,
): SqliteReads {
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
    const rows = await retry(() => {
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
  // As arrays: to make objects of the rows takes the driver as long as the rest of the statement.
  const statement = connection.prepare<unknown[], unknown[]>(sql).raw()
  const columns = statement
    .columns()
    .map(({ name, type }) => ({ name, isTime: type === 'DATETIME' }))
  const blank = Object.fromEntries(columns.map(({ name }) => [name, null]))
  const inOrder = (values: ReadValue[]) => order.map((index) => toStored(values[index] ?? null))
  return {
    sql,
    run: (values) => statement.all(inOrder(values)).map((row) => toRow(row, columns, blank)),
  }
}

// A copy of a blank row, as each property that is added costs V8 more than to set one.
function toRow(values: unknown[], columns: Column[], blank: Row): Row {
  const row = { ...blank }
  columns.forEach(({ name, isTime }, index) => {
    const value = values[index]
    row[name] = isTime && value !== null ? new Date(String(value)) : value
  })
  return row
}

function toStored(value: ReadValue): string | number | null {
  return value instanceof Date ? formatTimestamp(value) : value
}
