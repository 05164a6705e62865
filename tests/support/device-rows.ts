import type { Browser } from './browser.ts'
import { decode } from './html.ts'

/** One browser as the page of devices shows it. */
export type DeviceRow = { text: string; isCurrent: boolean; revoke: string | null }

/** The devices on the page, in order. */
export async function listDevices(browser: Browser): Promise<DeviceRow[]> {
  const { text } = await browser.visit('/account/devices')
  return [...text.matchAll(/<li class="row device">[\s\S]*?<\/li>/g)].map(([row]) => readRow(row))
}

/** Logs out the only other device; gives the action of the form and the answer. */
export async function revokeOther(browser: Browser) {
  const [action = ''] = (await listDevices(browser)).flatMap(({ revoke }) => revoke ?? [])
  return { action, answer: await browser.submit('/account/devices', {}, action) }
}

function readRow(row: string): DeviceRow {
  return {
    text: decode(row.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' '),
    isCurrent: row.includes('This browser'),
    revoke: /action="([^"]+)"/.exec(row)?.[1] ?? null,
  }
}
