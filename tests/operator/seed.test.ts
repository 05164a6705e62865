import { afterAll, expect, test } from 'vitest'
import { seed } from '../../scripts/seed.ts'
import { openTestApp } from '../support/app.ts'
import { openOperator } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

test('npm run seed makes two users whose name and password the login page tells', async () => {
  const outcome = await seed(openOperator(site))

  const browser = site.browse()
  const { text } = await browser.visit('/login')
  const [, password = ''] = /with the password “([^”]+)”/.exec(text) ?? []
  const answer = await browser.submit('/login', { username: 'grace', password })
  const activity = (await browser.visit('/account/activity')).text
  expect(outcome).toMatchObject({ json: ['ada', 'grace'] })
  expect(answer.status).toBe(303)
  expect(activity).toContain('Safari on iOS')
  expect((await browser.visit('/notes')).text).toContain('Buy tea')
})

test('npm run seed does nothing where its users are, and in production', async () => {
  const operator = openOperator(site)
  const users = await site.database.user.count()

  const again = await seed(operator)
  const live = await seed({ ...operator, settings: { ...operator.settings, isProduction: true } })

  expect(again).toMatchObject({ problem: expect.stringContaining('here already') })
  expect(live).toMatchObject({ problem: expect.stringContaining('NODE_ENV') })
  expect(await site.database.user.count()).toBe(users)
})

test('no login page names seeded users in production', async () => {
  const live = await openTestApp({
    NODE_ENV: 'production',
    APP_URL: 'http://localhost:3000',
    THROTTLE: 'on',
    BCRYPT_COST: '10',
  })

  const { text } = await live.browse().visit('/login')
  await live.close()

  expect(text).not.toContain('npm run seed')
})
