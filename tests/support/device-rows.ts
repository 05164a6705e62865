import type { Browser } from './browser.ts'

/** One browser as the page of devices shows it. */
export type DeviceRow = { text: string; isCurrent: boolean; revoke: string | null }

/** Takes a browser that is logged in; returns the devices that it is shown, in order. */
export async function listDevices(browser: Browser): Promise<DeviceRow[]> {
  const { text } = await browser.visit('/account/devices')
  return [...text.matchAll(/<li class="device">[\s\S]*?<\/li>/g)].map(([row]) => readRow(row))
}

/** Takes a browser; logs out the only other one that it is shown, and returns the form's action and the answer. */
export async function revokeOther(browser: Browser) {
  const [action = ''] = (await listDevices(browser)).flatMap(({ revoke }) => revoke ?? [])
  return { action, answer: await browser.submit('/account/devices', {}, action) }
}

function readRow(row: string): DeviceRow {
  return {
    text: row.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
    isCurrent: row.includes('This browser'),
    revoke: /action="([^"]+)"/.exec(row)?.[1] ?? null,
  }
}
