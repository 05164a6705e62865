import { createHash } from 'node:crypto'
import { type Pool, types } from 'pg'
import { formatIso } from '../iso-time.ts'
import { refuseInsideTransaction } from './change-together.ts'
import type { Read, ReadValue } from './read.ts'

/** Reads through statements that each connection of the pool prepares once. */
export function createPostgresqlReads(pool: Pool, onStatement: (sql: string) => void): Read {
  const names = new Map<string, string>()
  let isNaming = true

  const nameOf = (sql: string) => {
    const name = names.get(sql) ?? nameStatement(sql)
    names.set(sql, name)
    return name
  }

  return async (sql, values) => {
    refuseInsideTransaction()
    onStatement(sql)
    const query = { text: sql, values: values.map(toText), types: { getTypeParser } }
    if (!isNaming) return (await pool.query(query)).rows
    const { rows } = await pool.query({ ...query, name: nameOf(sql) }).catch((error: unknown) => {
      if (!isStatementLost(error)) throw error
      isNaming = false
      return pool.query(query)
    })
    return rows
  }
}

// By its text, since a PgBouncer in front shares connections between releases of this program.
function nameStatement(sql: string): string {
  return createHash('sha256').update(sql).digest('base64url')
}

// A PgBouncer before 1.21 hands each transaction any connection, where a statement is missing or there already.
// The third code: a migration has changed the type of a column.
function isStatementLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && LOST_CODES.includes(String(error.code))
}

const LOST_CODES = ['26000', '42P05', '0A000']

// A timestamp without a zone, which holds UTC: pg itself would write and read the time of this machine.
function toText(value: ReadValue): string | number | null {
  return value instanceof Date ? formatIso(value) : value
}

const readTime = (text: string) => new Date(`${text}Z`)

const getTypeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.TIMESTAMP ? readTime : types.getTypeParser(oid, format as 'text')
