import { afterAll, describe, expect, test } from 'vitest'
import { sendLink, type Whose } from '../../src/accounts/nobody.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import { sweepExpired } from '../../src/database/sweep.ts'
import { collect, outboxOn } from '../mail/support/outbox.ts'
import { openTestDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const at = outbox.clock.now()
afterAll(database.close)

const send = (user: Whose['user']) =>
  changeTogether(database, (tables) =>
    sendLink({ database, tables, user, at }, { purpose: 'confirm-address' }),
  )

describe('sendLink', () => {
  test('leaves for nobody one row of the outbox, which is sent to nobody and soon swept away', async () => {
    const { addresses, transport } = collect()

    await send(null)
    const rows = await outbox.rows()
    await outbox.openSender({ transport }).sendDue()
    await sweepExpired(database, at)

    expect(rows).toHaveLength(1)
    expect(addresses).toEqual([])
    expect(await outbox.rows()).toEqual([])
  })

  test('makes no link for an address that the user has changed to this moment: the mail goes to the one before', async () => {
    const user = await database.user.create({ data: userRow() })

    await send({ ...user, email: 'before@example.org' })
    const links = await database.accountLink.count()
    await send(user)

    expect([links, await database.accountLink.count()]).toEqual([0, 1])
  })
})
