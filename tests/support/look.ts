import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Between them, every page is seen in both languages and both schemes of colours. */
export const LOOKS = [
  { locale: 'en', colorScheme: 'light' },
  { locale: 'es', colorScheme: 'dark' },
] as const

const WATCH_SHIFTS = `window.shift = 0
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.shift += value
}).observe({ type: 'layout-shift', buffered: true })`

// Of what passes, axe then describes only the first.
const QUICK = "{ iframes: false, resultTypes: ['violations'] }"
const FIND_BARRIERS = `axe.run(document, ${QUICK}).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`

const MEASURE = `[window.shift, document.documentElement.scrollWidth - innerWidth]`

/** What axe finds on a page, and whether it moves by itself or is wider than the window. */
export async function findFlaws(page: Page): Promise<string[]> {
  await page.evaluate(WATCH_SHIFTS)
  await page.evaluate(axe.source)
  const flaws = await page.evaluate<string[]>(FIND_BARRIERS)
  const [shift = 0, overflow = 0] = await page.evaluate<number[]>(MEASURE)
  if (shift > 0) flaws.push(`moves by ${shift}`)
  if (overflow > 0) flaws.push(`is ${overflow} px too wide`)
  return flaws.map((flaw) => `${page.url()} "${flaw}"`)
}

/** Those of a page as it opens, and of what follows when its first form is sent as it is. */
export async function findFlawsOf(page: Page, path: string): Promise<string[]> {
  await page.goto(path)
  const opened = await findFlaws(page)
  if ((await page.locator(FORM).count()) === 0) return opened
  await press(page, FORM)
  return [...opened, ...(await findFlaws(page))]
}

const FORM = 'main form[novalidate] button[type=submit]'

/** Presses what leads to another page. */
export async function press(page: Page, selector: string): Promise<void> {
  const moved = page.waitForEvent('framenavigated')
  await page.locator(selector).first().click()
  await moved
  await page.waitForLoadState()
}
