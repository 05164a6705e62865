import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hours, minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { forgetPassword } from '../support/journeys.ts'
import { register } from '../support/users.ts'
import { collect } from './support/collect.ts'
import { commandsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const { database, clock } = site
const run = commandsOf(site)

/** An email that was tried twice, and waits for so long. */
async function stuckFor(wait: number) {
  const ada = await register(site)
  const where = { recipient: ada.email }
  const { id } = await database.outboxMessage.findFirstOrThrow({ where })
  const nextAttemptAt = new Date(clock.now().getTime() + wait)
  return database.outboxMessage.update({ where: { id }, data: { attempts: 2, nextAttemptAt } })
}

const isDue = async (id: string) =>
  (await database.outboxMessage.findUniqueOrThrow({ where: { id } })).nextAttemptAt <= clock.now()

describe('mail', () => {
  let ada: Awaited<ReturnType<typeof register>>
  beforeAll(async () => {
    ada = await register(site)
  })

  test('lists what is not sent yet, without its link', async () => {
    await forgetPassword(site, ada)
    await database.outboxMessage.updateMany({
      where: { recipient: ada.email, template: 'verify-email' },
      data: { sentAt: clock.now() },
    })

    const mails = await collect(await run({ act: 'mail' }), 'jsonPages')
    const lines = await collect(await run({ act: 'mail' }), 'linePages')

    expect(mails).toContainEqual(
      expect.objectContaining({ recipient: ada.email, template: 'reset-password', attempts: 0 }),
    )
    expect(mails).not.toContainEqual(expect.objectContaining({ template: 'verify-email' }))
    expect(JSON.stringify([mails, lines])).not.toMatch(/link|"data"/i)
    expect(lines[0]).toMatch(/^ID +WRITTEN +KIND +TO +FAILED +NEXT ATTEMPT$/)
  })

  test('says when none waits', async () => {
    await database.outboxMessage.deleteMany()

    expect(await collect(await run({ act: 'mail' }), 'linePages')).toEqual(['No email waits.'])
  })
})

describe('mail-retry', () => {
  test('makes one email due, and only that', async () => {
    const [one, other] = [await stuckFor(hours(3)), await stuckFor(hours(3))]

    const outcome = await run({ act: 'mail-retry', id: one.id })

    expect(outcome).toMatchObject({ exitCode: 0, json: { due: 1 } })
    expect([await isDue(one.id), await isDue(other.id)]).toEqual([true, false])
  })

  test('makes all due but those that may be under way', async () => {
    const [stuck, underWay] = [await stuckFor(hours(3)), await stuckFor(minutes(5))]

    await run({ act: 'mail-retry', id: 'all' })

    expect([await isDue(stuck.id), await isDue(underWay.id)]).toEqual([true, false])
  })

  test('refuses an email that there is not', async () => {
    expect(await run({ act: 'mail-retry', id: 'none' })).toHaveProperty('problem')
  })
})

describe('mail-drop', () => {
  test('takes one email out, once', async () => {
    const [one, other] = [await stuckFor(hours(3)), await stuckFor(hours(3))]

    const outcome = await run({ act: 'mail-drop', id: one.id })
    const again = await run({ act: 'mail-drop', id: one.id })

    expect(outcome).toMatchObject({ exitCode: 0 })
    expect(again).toHaveProperty('problem')
    expect(await database.outboxMessage.count({ where: { id: one.id } })).toBe(0)
    expect(await database.outboxMessage.count({ where: { id: other.id } })).toBe(1)
  })
})
