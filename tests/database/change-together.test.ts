import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import type { Tables } from '../../src/database/database.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const database = await openTestDatabase()

afterAll(() => database.close())

const isKept = async ({ id }: { id: string }) =>
  (await database.user.findUnique({ where: { id } })) !== null

const pause = () => {
  const callbacks: (() => void)[] = []
  const over = new Promise<void>((resolve) => callbacks.push(resolve))
  return { over, end: () => callbacks.forEach((callback) => void callback()) }
}

describe('changeTogether', () => {
  test('keeps every change and returns what the callback returns', async () => {
    const [first, second] = [userRow(), userRow()]

    const answer = await changeTogether(database, async (tables) => {
      await tables.user.create({ data: first })
      await tables.user.create({ data: second })
      return 'both'
    })

    expect([answer, await isKept(first), await isKept(second)]).toEqual(['both', true, true])
  })

  test('undoes every change when the callback throws', async () => {
    const user = userRow()

    const changing = changeTogether(database, async (tables) => {
      await tables.user.create({ data: user })
      throw new Error('thought better of it')
    })

    await expect(changing).rejects.toThrow('thought better of it')
    expect(await isKept(user)).toBe(false)
  })

  test('undoes every change after a failed statement, even one that was caught', async () => {
    const [taken, user] = [userRow(), userRow()]
    await database.user.create({ data: taken })

    const changing = changeTogether(database, async (tables) => {
      await tables.user.create({ data: user })
      await tables.user
        .create({ data: userRow({ usernameKey: taken.usernameKey }) })
        .catch(() => {})
    })

    await expect(changing).rejects.toThrow()
    expect(await isKept(user)).toBe(false)
  })

  test("keeps a plain write that falls between another's BEGIN and ROLLBACK", async () => {
    const [undone, plain] = [userRow(), userRow()]
    const [begun, told] = [pause(), pause()]
    const changing = changeTogether(database, async (tables) => {
      await tables.user.create({ data: undone })
      begun.end()
      await told.over
      throw new Error('undo')
    })
    const refused = expect(changing).rejects.toThrow('undo')
    await begun.over

    const writing = database.user.create({ data: plain }).then((user) => user.id)
    await setTimeout(50)
    told.end()
    await refused

    expect(await writing).toBe(plain.id)
    expect([await isKept(undone), await isKept(plain)]).toEqual([false, true])
  })

  test('lets two callers at once take turns', async () => {
    const user = userRow()
    await database.user.create({ data: user })
    const increment = (tables: Tables) =>
      tables.user.update({ where: { id: user.id }, data: { authEpoch: { increment: 1 } } })

    await Promise.all(Array.from({ length: 5 }, () => changeTogether(database, increment)))

    const after = await database.user.findUniqueOrThrow({ where: { id: user.id } })
    expect(after.authEpoch).toBe(5)
  })

  test('refuses the database itself inside, where it would wait for ever', async () => {
    const inside = changeTogether(database, () => database.user.count())

    await expect(inside).rejects.toThrow('use the tables it hands over')
  })

  test('refuses to be called inside itself', async () => {
    const inside = changeTogether(database, () => changeTogether(database, async () => {}))

    await expect(inside).rejects.toThrow('cannot be called inside itself')
  })
})
