import { afterAll, describe, expect, test } from 'vitest'
import { hasChromium } from '../support/chromium-path.ts'
import { openChromiumSite } from '../support/chromium-site.ts'
import { findFlawsOf, LOOKS } from '../support/look.ts'

// What pages of visitors who are not logged in look like.

const site = await openChromiumSite()
afterAll(site.close)

const PATHS = [
  '/',
  '/login',
  '/register',
  '/forgot-password',
  '/resend-verification',
  '/reset-password',
  '/logout',
  '/nowhere',
]
describe.runIf(hasChromium)('a visitor in Chromium', () => {
  test.each(LOOKS)(
    'sees pages that keep still, fit a narrow phone and put up no barrier, in $locale and $colorScheme',
    async (look) => {
      const { page, complaints } = await site.openWindow({
        ...look,
        viewport: { width: 320, height: 640 },
      })

      for (const path of PATHS) {
        expect(await findFlawsOf(page, path)).toEqual([])
        expect(await page.locator('header').boundingBox()).toMatchObject({ height: 72 })
      }

      expect(complaints.filter((line) => !/40[34]|422/.test(line))).toEqual([])
    },
  )

  test.each([
    ['/login', 1280],
    ['/login', 390],
    ['/register', 1280],
    ['/register', 390],
  ])('finds the button of %s without scrolling, in a window of %i by 800', async (path, width) => {
    const { page } = await site.openWindow({ viewport: { width, height: 800 } })
    await page.goto(path)

    const box = await page.locator('main button.primary').boundingBox()

    expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800)
  })

  test('logs in with the keyboard alone, from the field that has the focus', async () => {
    const { page } = await site.openWindow()
    await page.goto('/login')

    await page.keyboard.type('unknown')
    await page.keyboard.press('Tab')
    await page.keyboard.type('nothing at all')
    await page.keyboard.press('Enter')
    await page.waitForLoadState()

    expect(await page.locator('.error-summary').innerText()).toContain(
      'Wrong user name or password.',
    )
    expect(await page.locator(':focus').getAttribute('class')).toBe('error-summary')
  })

  test('is asked on one line whether to stay logged in', async () => {
    for (const { locale } of LOOKS) {
      const { page } = await site.openWindow({ locale, viewport: { width: 390, height: 800 } })
      await page.goto('/login')

      expect((await page.locator('.checkbox label').boundingBox())?.height).toBeLessThan(40)
    }
  })
})

describe.runIf(hasChromium)('a new password in Chromium', () => {
  test.each([
    ['too short', 'vexing', '6 of 15 characters'],
    ['too simple', 'passwordpassword', 'Long enough, but easy to guess'],
    ['made of digits in a row', '123456789012345678', 'Long enough, but easy to guess'],
    ['good', 'mañana será otro día', 'Long enough and varied.'],
  ])('that is %s is said to be so while it is typed', async (_, password, words) => {
    const { page } = await site.openWindow()
    await page.goto('/register')

    await page.locator('#register-password').pressSequentially(password)

    expect(await page.locator('.progress').innerText()).toContain(words)
    expect(await page.locator('#register-password').inputValue()).toBe(password)
    expect(await page.locator('#register-password-hint').isVisible()).toBe(false)
  })

  test('is shown together with its repetition, in the same words each time', async () => {
    const { page } = await site.openWindow()
    await page.goto('/register')
    const typeOf = (field: string) => page.locator(`#register-${field}`).getAttribute('type')

    await page.getByRole('button', { name: 'Show password' }).click()
    const shown = [await typeOf('password'), await typeOf('confirm')]
    await page.getByRole('button', { name: 'Hide password' }).click()

    expect(shown).toEqual(['text', 'text'])
    expect([await typeOf('password'), await typeOf('confirm')]).toEqual(['password', 'password'])
    expect(await page.locator('.reveal').count()).toBe(1)
  })

  test('needs no scripts: what they do is not there without them', async () => {
    const { page } = await site.openWindow({ javaScriptEnabled: false })
    await page.goto('/register')

    await page.locator('#register-password').pressSequentially('vexing')

    expect(await page.locator('.reveal:visible, .progress:visible').count()).toBe(0)
    expect(await page.locator('#register-password-hint').isVisible()).toBe(true)
  })
})
