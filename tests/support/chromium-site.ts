import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openTestApp, type TestApp } from './app.ts'
import { FIREFOX } from './browser.ts'
import { noteComplaints, openChromium } from './chromium.ts'
import { hasChromium } from './chromium-path.ts'
import type { Person } from './users.ts'

export type ChromiumSite = TestApp & {
  url: string
  /** A window of its own, and what its pages complained about or asked of others. */
  openWindow: (options?: BrowserContextOptions) => Promise<{ page: Page; complaints: string[] }>
}

/** The application at a URL of its own, and Chromium where there is one. */
export async function openChromiumSite(
  variables: Record<string, string> = {},
): Promise<ChromiumSite> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://localhost:${port}`
  const site = await openTestApp({ APP_URL: url, ...variables })
  server.on('request', site.app)
  const chromium: Browser | null = hasChromium ? await openChromium() : null

  return {
    ...site,
    url,
    async openWindow(options = {}) {
      if (!chromium) throw new Error('There is no Chromium')
      const context = await chromium.newContext({ baseURL: url, ...options })
      const complaints = noteComplaints(context)
      context.on('request', (request) => {
        if (!request.url().startsWith(`${url}/`)) complaints.push(`asked ${request.url()}`)
      })
      return { page: await context.newPage(), complaints }
    },
    async close() {
      await chromium?.close()
      server.closeAllConnections()
      server.close()
      await site.close()
    },
  }
}

/** A window of a user who is logged in already. */
export async function openWindowAs(
  site: ChromiumSite,
  { browser }: Pick<Person, 'browser'>,
  options: BrowserContextOptions = {},
) {
  // Another browser would not be fresh.
  const { page, complaints } = await site.openWindow({ userAgent: FIREFOX, ...options })
  const cookies = [...browser.cookies].map(([name, { value }]) => ({ name, value, url: site.url }))
  const context = page.context()
  await context.addCookies(cookies)
  return { context, page, complaints }
}

/** Fills in fields by their labels, and presses a button in the main part of the page. */
export async function fill(page: Page, fields: Record<string, string>, button: string) {
  const main = page.locator('main')
  for (const [label, value] of Object.entries(fields)) {
    await main.getByLabel(label, { exact: true }).fill(value)
  }
  await main.getByRole('button', { name: button, exact: true }).click()
}
