import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { chromiumPath } from './chromium-path.ts'

/** Starts Chromium, without a window. */
export function openChromium(): Promise<Browser> {
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({ executablePath: chromiumPath, args })
}

/** Collects what pages complain about: errors, warnings, violations of the policy. */
export function noteComplaints(context: BrowserContext): string[] {
  const complaints: string[] = []
  const listen = (page: Page) => {
    page.on('console', (line) => {
      if (['error', 'warning'].includes(line.type())) complaints.push(line.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('requestfailed', (request) => {
      // Leaving a page before its icon has come is no failure.
      const reason = request.failure()?.errorText
      if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()} failed: ${reason}`)
    })
  }
  for (const page of context.pages()) listen(page)
  context.on('page', listen)
  return complaints
}
