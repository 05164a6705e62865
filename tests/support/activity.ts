import type { Browser } from './browser.ts'
import { decode } from './html.ts'

export const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15'

/** One row of the activity page, as its reader sees it. */
export type Row = { words: string; count: string | undefined; at: string; browser: string }

/** The rows of the activity page, from the top. */
export async function readActivity(browser: Browser): Promise<Row[]> {
  return readRows((await browser.visit('/account/activity')).text)
}

export function readRows(text: string): Row[] {
  const rows = [...text.matchAll(/<li class="row event-[\s\S]*?<\/li>/g)]
  return rows.map(([row]) => ({
    words: (/row-title">([^<]*)</.exec(row)?.[1] ?? '').trim(),
    count: /badge">([^<]*)</.exec(row)?.[1],
    at: /datetime="([^"]*)"/.exec(row)?.[1] ?? '',
    browser: /<\/time> · ([^<]*)</.exec(decode(row))?.[1] ?? '',
  }))
}
