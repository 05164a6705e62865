import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { browseBehindProxy } from '../support/browser.ts'
import { findMails } from '../support/mails.ts'
import { register, userFields } from '../support/users.ts'

// What a stranger can ask for with the email of another person must not use up what that person needs.

const site = await openTestApp({ THROTTLE: 'on', TRUST_PROXY: '1' })
afterAll(site.close)
afterEach(() => site.database.attemptCounter.deleteMany())

const browseFrom = (ip: string) => browseBehindProxy(site, ip)

const STRANGER = '192.0.2.1'
const OWNER = '198.51.100.1'

describe('a stranger who names the email of another person over and over', () => {
  test('at /register does not keep that person from registering', async () => {
    const { username } = await register(site)
    const wanted = userFields()
    const stranger = browseFrom(STRANGER)
    for (let time = 0; time < 6; time++) await stranger.submit('/register', { ...wanted, username })

    const answer = await browseFrom(OWNER).submit('/register', wanted)

    expect([answer.status, answer.headers.location]).toEqual([303, '/dashboard'])
  })

  test('at /account does not keep that person from moving there, and gets 429 alone', async () => {
    const email = 'wanted@example.org'
    const [stranger, owner] = [await register(site), await register(site)]
    const statuses: number[] = []
    for (let time = 0; time < 6; time++)
      statuses.push((await stranger.browser.submit('/account', { email })).status)
    site.clock.advance(1)

    const answer = await owner.browser.submit('/account', { email })

    expect(statuses).toEqual([...Array(5).fill(303), 429])
    expect(answer.status).toBe(303)
    const [newest] = await findMails(site, email, 'verify-new-email')
    expect(newest).toMatchObject({ name: owner.username })
  })
})
