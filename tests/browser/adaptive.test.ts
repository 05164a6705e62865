import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { hasChromium } from '../support/chromium-path.ts'
import { fill, openChromiumSite } from '../support/chromium-site.ts'

// How pages answer to what a visitor has set, and forms to what a visitor does.

const site = await openChromiumSite()
afterAll(site.close)

const SMALL_TARGETS = `[...document.querySelectorAll('main a, header a, footer a, button, input, summary')]
  .filter((each) => each.checkVisibility() && !each.closest('p') && !each.matches('.skip, [aria-hidden]'))
  .map((each) => [each.outerHTML, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 24 || height < 24)
  .map(([html]) => html)`
const SPACED = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-bottom: 2em !important }`
const NOTE_TYPE_WHEN_SENT = `document.addEventListener('submit', (event) => {
  event.preventDefault()
  document.title = document.querySelector('#login-password').type
})`
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
const styleOf = (page: Page, selector: string, name: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`)

describe.runIf(hasChromium)('a form in Chromium', () => {
  test('has targets and text that are large enough, with errors too', async () => {
    const { page } = await site.openWindow({ viewport: { width: 320, height: 640 } })

    for (const path of ['/login', '/register', '/forgot-password']) {
      await page.goto(path)
      await page.locator('main button.primary').click()
      await page.locator('.error-summary').waitFor()
      expect(await page.evaluate(SMALL_TARGETS)).toEqual([])
      expect(
        Number.parseFloat(await styleOf(page, 'main input:not([type=hidden])', 'fontSize')),
      ).toBeGreaterThanOrEqual(16)
    }
  })

  test('loses nothing when text is spaced out', async () => {
    const { page } = await site.openWindow({
      viewport: { width: 320, height: 640 },
      bypassCSP: true,
    })
    await page.goto('/register')
    await page.addStyleTag({ content: SPACED })

    expect(await page.evaluate(OVERFLOW)).toBe(0)
  })

  test('stands still for a visitor who wants no motion', async () => {
    const { page } = await site.openWindow({ reducedMotion: 'reduce' })
    await page.goto('/login')

    expect(await styleOf(page, '.button', 'transitionDuration')).toBe('0s')
  })

  test('keeps its edges in the colours of the system', async () => {
    const { page } = await site.openWindow({ forcedColors: 'active' })
    await page.goto('/login')

    for (const selector of ['.button', '.control input', '.card'])
      expect(await styleOf(page, selector, 'borderTopStyle')).toBe('solid')
  })

  test('takes a password that is pasted, and keeps text and caret when it is shown', async () => {
    const { page } = await site.openWindow()
    await page.goto('/login')
    const field = page.locator('#login-password')
    const caret = () =>
      field.evaluate<number, { selectionStart: number }>((input) => input.selectionStart)

    await field.focus()
    await page.keyboard.insertText('correct horse')
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('button', { name: 'Show password' }).click()
    const shown = [await field.inputValue(), await caret(), await field.getAttribute('type')]
    const said = await page.locator('.password [aria-live]').innerText()

    expect(shown).toEqual(['correct horse', 12, 'text'])
    expect(said).toBe('Your password is visible')
    expect(await page.locator(':focus').getAttribute('id')).toBe('login-password')
  })

  test('hides a password again when it is sent', async () => {
    const { page } = await site.openWindow()
    await page.goto('/login')
    await page.locator('#login-password').fill('correct horse')
    await page.getByRole('button', { name: 'Show password' }).click()
    await page.evaluate(NOTE_TYPE_WHEN_SENT)

    await page.locator('main button.primary').click()

    expect(await page.title()).toBe('password')
  })

  test('says what is wrong only once it is sent', async () => {
    const { page } = await site.openWindow()
    await page.goto('/register')

    await page.locator('#register-username').fill('x')
    await page.locator('#register-email').focus()
    const before = await page.locator('.error').count()
    await fill(page, {}, 'Register')
    await page.locator('.error-summary').waitFor()

    expect([before, await page.locator('.error').count()]).toEqual([0, 4])
  })

  test('can be reached past the header', async () => {
    const { page } = await site.openWindow()
    await page.goto('/forgot-password')

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    expect(await page.locator(':focus').getAttribute('id')).toBe('main')
  })
})
