import { afterAll, describe, expect, test } from 'vitest'
import { days, hours, minutes } from '../../src/durations.ts'
import { logInElsewhere } from '../support/account.ts'
import { openTestApp } from '../support/app.ts'
import { readLinks } from '../support/html.ts'
import { doJobs } from '../support/jobs.ts'
import { followLink, forgetPassword, markVerified, newPassword } from '../support/journeys.ts'
import { logIn, type Person, register, registerVerified } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

describe('what needs attention', () => {
  /** What the dashboard says, and where each leads. */
  async function readConcerns({ browser }: Pick<Person, 'browser'>) {
    await doJobs(site)
    const { text } = await browser.visit('/dashboard')
    const rows = text.matchAll(/<li class="row concern">[\s\S]*?<\/li>/g)
    return [...rows].map(([row]) => [/row-title">([^<]*)/.exec(row)?.[1], readLinks(row)[0]])
  }

  const fail = async (person: Person, times: number) => {
    for (let time = 0; time < times; time++)
      await logIn(site.browse(), { ...person, password: 'wrong' })
  }

  test('is an email that is not verified, and nothing once it is', async () => {
    const ada = await register(site)
    const before = await readConcerns(ada)
    await markVerified(site, ada)

    expect(before).toEqual([['Your email is not verified yet', '/account#email']])
    expect(await readConcerns(ada)).toEqual([])
  })

  test('is a new browser, for a week and not in that browser itself', async () => {
    const ada = await registerVerified(site)
    const other = await logInElsewhere(site, ada)

    const told = await readConcerns(ada)
    const itself = await readConcerns({ browser: other })
    site.clock.advance(days(7))
    await logIn(ada.browser, ada)

    expect(told).toEqual([['A new browser logged in to your account', '/account/devices']])
    expect(itself).toEqual([])
    expect(await readConcerns(ada)).toEqual([])
  })

  test('is more wrong passwords than slips of the fingers', async () => {
    const ada = await registerVerified(site)
    await fail(ada, 2)
    const slips = await readConcerns(ada)
    await fail(ada, 1)

    const told = ['3 failed attempts to log in to your account', '/account/activity']
    expect(slips).toEqual([])
    expect(await readConcerns(ada)).toEqual([told])
  })

  test('is no link to choose a new password once one was chosen, until the next one', async () => {
    const ada = await registerVerified(site)
    const link = await forgetPassword(site, ada)
    await followLink(site.browse(), link, newPassword)
    const browser = await logInElsewhere(site, { ...ada, ...newPassword })
    const chosen = await readConcerns({ browser })
    site.clock.advance(minutes(1))
    await forgetPassword(site, ada)

    expect(chosen).toEqual([])
    expect(await readConcerns({ browser })).toHaveLength(1)
  })

  test('is a link to choose a new password, while it works', async () => {
    const ada = await registerVerified(site)
    await forgetPassword(site, ada)

    const told = await readConcerns(ada)
    site.clock.advance(hours(1))
    await logIn(ada.browser, ada)

    expect(told.map(([words]) => words)).toEqual([expect.stringContaining('was requested')])
    expect(await readConcerns(ada)).toEqual([])
  })
})
