import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { findLink, useLink, voidLinks } from '../../src/accounts/email-links.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import { openTestApp } from '../support/app.ts'
import { findUser, forgetPassword, tokenIn } from '../support/journeys.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const { database } = site
const now = site.clock.now()

/** A user with a link for a new password, and what would void that link. */
async function prepare() {
  const ada = await register(site)
  const [id = ''] = tokenIn(await forgetPassword(site, ada)).split('.')
  const link = await findLink({ database, clock: () => now }, id, ['reset-password'])
  if (!link) throw new Error('There is no link')
  const where = { id: (await findUser(site, ada)).id }
  const voidIt = () =>
    changeTogether(database, async (tables) => {
      await tables.user.update({ where, data: { authEpoch: { increment: 1 } } })
      await voidLinks(tables, where.id)
    })
  return { link, voidIt }
}

describe('a link and a change of epoch at the same moment', () => {
  test('wait for each other: what voids the link comes after what it does', async () => {
    const { link, voidIt } = await prepare()
    const order: string[] = []
    let tell = () => {}
    const isInside = new Promise<void>((resolve) => {
      tell = resolve
    })
    const voided = isInside.then(voidIt).then(() => order.push('voided'))

    await changeTogether(database, async (tables) => {
      const isUsed = await useLink(tables, link, now)
      tell()
      await Promise.race([voided, setTimeout(300)])
      order.push(isUsed ? 'used' : 'refused')
    })
    await voided

    expect(order).toEqual(['used', 'voided'])
  })

  test('or the link is refused', async () => {
    const { link, voidIt } = await prepare()
    await voidIt()

    expect(await changeTogether(database, (tables) => useLink(tables, link, now))).toBe(false)
  })
})
