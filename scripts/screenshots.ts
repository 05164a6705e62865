import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createPasswords } from '../src/accounts/password-hash.ts'
import { createApp } from '../src/app.ts'
import { systemClock } from '../src/clock.ts'
import { openDatabase } from '../src/database/database.ts'
import { migrateDatabase } from '../src/database/migrate.ts'
import { createLog } from '../src/runtime/log.ts'
import { createServices } from '../src/services.ts'
import { readEnv } from '../src/settings/environment.ts'
import { openChromium } from '../tests/support/chromium.ts'
import { PASSWORD, seed } from './seed.ts'

// Makes the pictures of the README, of a seeded user, with Chromium at CHROMIUM_PATH or /usr/bin/chromium.

const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
const SETTINGS = { DATABASE_URL: `file:${join(folder, 'app.db')}`, SESSION_SECRET: 's'.repeat(32) }

async function openSite() {
  const read = readEnv(SETTINGS)
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const { settings } = read
  await migrateDatabase(settings.databaseUrl)
  const database = await openDatabase(settings.databaseUrl)
  const foundation = { database, settings, clock: systemClock, log: createLog('silent') }
  const services = createServices(foundation)
  await seed({
    accounts: { ...services.accounts, passwords: createPasswords({ cost: 4 }) },
    settings,
  })
  const server = createApp(services).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { database, server, port: (server.address() as AddressInfo).port }
}

async function logIn(page: Page): Promise<void> {
  await page.fill('[name=username]', 'ada')
  await page.fill('[name=password]', PASSWORD)
  await page.click('main button[type=submit]')
  await page.waitForURL('**/dashboard')
  // Without the greeting, which is shown once.
  await page.reload()
}

const site = await openSite()
const browser = await openChromium()
const page = await browser.newPage({ viewport: { width: 1100, height: 800 } })
await page.goto(`http://localhost:${site.port}/login`)
await logIn(page)
await page.screenshot({ path: join(import.meta.dirname, '../docs/dashboard.png') })
await browser.close()
site.server.close()
site.server.closeAllConnections()
await site.database.close()
rmSync(folder, { recursive: true })
