import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { isAnswerLost, isDatabaseOutage } from '../../src/database/outage.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const database = await openTestDatabase()
afterAll(database.close)

const catchError = (work: Promise<unknown>) => work.catch((error: unknown) => error)

describe('isDatabaseOutage', () => {
  test.each([
    new Error('a bug'),
    new Error('Connection to nowhere'),
    Object.assign(new Error(), { code: 'P2002' }),
    'ECONNREFUSED',
    null,
    undefined,
  ])('blames no outage for %s', (error) => {
    expect(isDatabaseOutage(error)).toBe(false)
  })

  test('blames no outage for a row that is there already, or for wrong SQL', async () => {
    const user = userRow()
    await database.user.create({ data: user })

    const duplicate = await catchError(database.user.create({ data: user }))
    const nonsense = await catchError(database.$queryRaw`SELECT nothing FROM nowhere`)

    expect([duplicate, nonsense].map(isDatabaseOutage)).toEqual([false, false])
  })

  test.each([
    Object.assign(new Error(), { code: 'ECONNREFUSED' }),
    Object.assign(new Error(), { code: 'P1001' }),
    new Error('wrapped', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
    new Error('Connection terminated due to connection timeout'),
    new Error('Query read timeout'),
  ])('knows %s', (error) => {
    expect(isDatabaseOutage(error)).toBe(true)
  })

  test.each([
    '08006',
    '53300',
    '57P03',
    '57P05',
    '25P03',
    '25P04',
    '40003',
    '42501',
    '3D000',
    '55000',
    '28P01',
  ])('knows what PostgreSQL calls %s', (code) => {
    expect(isDatabaseOutage(postgresqlError(code))).toBe(true)
  })

  test.runIf(database.engine === 'postgresql')('knows a server that shuts down', async () => {
    const asleep = catchError(database.$queryRaw`SELECT pg_sleep(30)::text`)

    await endConnections()

    expect(isDatabaseOutage(await asleep)).toBe(true)
  })
})

describe('isAnswerLost', () => {
  // Each ends the connection: a statement on its way may have been done.
  test.each(['08006', '57P01', '57P05', '25P03', '25P04', '40003'])('is true of %s', (code) => {
    expect(isAnswerLost(postgresqlError(code))).toBe(true)
  })

  test.each(['25006', '55P03', '57014', '53300'])('is false of %s', (code) => {
    expect(isAnswerLost(postgresqlError(code))).toBe(false)
  })
})

function postgresqlError(code: string): Error {
  return new DriverAdapterError({ kind: 'postgres', originalCode: code, code } as never)
}

async function endConnections(): Promise<void> {
  const client = new Client(database.url)
  await client.connect()
  const count = async () =>
    (
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()`,
      )
    ).rowCount
  while (!(await count())) await new Promise((resolve) => setTimeout(resolve, 20))
  await client.end()
}
