import { afterAll, describe, expect, test } from 'vitest'
import { sendLink } from '../../src/accounts/nobody.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import { sweepExpired } from '../../src/database/sweep.ts'
import { collect, outboxOn } from '../mail/support/outbox.ts'
import { openTestDatabase } from '../support/database.ts'

const database = await openTestDatabase()
const outbox = outboxOn(database)
const at = outbox.clock.now()
afterAll(database.close)

describe('sendLink', () => {
  test('leaves for nobody only rows of the outbox, which are sent to nobody and soon swept away', async () => {
    const { addresses, transport } = collect()

    await changeTogether(database, (tables) =>
      sendLink({ tables, user: null, at }, { purpose: 'verify-email' }),
    )
    const rows = await outbox.rows()
    await outbox.openSender({ transport }).sendDue()
    await sweepExpired(database, at)

    expect(rows).toHaveLength(2)
    expect(addresses).toEqual([])
    expect(await outbox.rows()).toEqual([])
  })
})
