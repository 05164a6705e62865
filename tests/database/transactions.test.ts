import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { PrismaClient } from '../../src/database/generated/sqlite/client.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const statements: string[] = []
const database = await openTestDatabase({ onStatement: (sql) => statements.push(sql) })
const client = database as unknown as PrismaClient
const known = userRow()
await database.user.create({ data: known })

afterAll(() => database.close())
beforeEach(() => {
  statements.length = 0
})

const where = { id: known.id }
const device = {
  id: 'device',
  authEpoch: 0,
  tokenHash: 'hash',
  label: 'Firefox',
  startedBy: 'password',
  createdAt: known.createdAt,
  lastSeenAt: known.createdAt,
}

const transactions: [string, () => Promise<unknown>][] = [
  ['$transaction([…])', () => client.$transaction([client.user.count(), client.device.count()])],
  ['$transaction(callback)', () => client.$transaction((tables) => tables.user.count())],
  [
    'a nested write',
    () => database.user.create({ data: { ...userRow(), devices: { create: device } } }),
  ],
]

describe('outside changeTogether', () => {
  test.each(transactions)('%s is refused', async (_name, begin) => {
    const before = await database.user.count()

    await expect(begin()).rejects.toThrow('changeTogether')

    expect(await database.user.count()).toBe(before)
    expect(statements).not.toContain('BEGIN')
  })
})

const users = database.user
const data = { name: 'Grace' }
const calls: [string, () => Promise<unknown>][] = [
  ['create', () => users.create({ data: userRow() })],
  ['createMany', () => users.createMany({ data: [userRow(), userRow()] })],
  ['createManyAndReturn', () => users.createManyAndReturn({ data: [userRow(), userRow()] })],
  ['update', () => users.update({ where, data })],
  ['updateMany', () => users.updateMany({ where, data })],
  ['updateManyAndReturn', () => users.updateManyAndReturn({ where, data })],
  ['upsert on a unique key, new', () => upsert(userRow().usernameKey)],
  ['upsert on a unique key, known', () => upsert(known.usernameKey)],
  ['deleteMany', () => users.deleteMany({ where: { name: 'unknown' } })],
  ['delete', () => users.delete({ where })],
]

const upsert = (usernameKey: string) =>
  users.upsert({ where: { usernameKey }, create: userRow({ usernameKey }), update: data })

describe('one call', () => {
  test.each(calls)('%s is one statement, without a transaction', async (_name, call) => {
    await call()

    expect(statements).toHaveLength(1)
  })
})

describe('onStatement', () => {
  test('hears raw statements', async () => {
    await database.$queryRaw`SELECT 1`

    expect(statements).toEqual(['SELECT 1'])
  })
})
