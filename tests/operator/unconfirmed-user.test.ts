import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { userFields } from '../support/users.ts'
import { commandsOf } from './support/operator.ts'

const site = await openTestApp({ REGISTRATION: 'verified' })
afterAll(site.close)

const run = commandsOf(site)

describe('somebody whose address waits to be confirmed', () => {
  test('is listed as that, and once disabled as nothing else, with nothing to be erased for', async () => {
    const fields = userFields()
    await site.browse().submit('/register', fields)
    const listed = await run({ act: 'list' })

    const disabled = await run({ act: 'disable', name: fields.username })
    const after = await run({ act: 'list' })

    const state = (word: string) => ({ username: fields.username, state: word })
    expect(listed).toMatchObject({ json: [state('unconfirmed')] })
    expect(disabled).toMatchObject({ json: { ...state('disabled'), eraseAt: null } })
    expect(after).toMatchObject({ json: [{ ...state('disabled'), eraseAt: null }] })
  })
})
