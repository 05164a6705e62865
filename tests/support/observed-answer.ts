import type { Response } from 'supertest'
import { parseSetCookie, setCookies } from '../auth/support/browser.ts'
import type { TestApp } from './app.ts'
import { withoutToken } from './html.ts'

export type ObservedAnswer = Awaited<ReturnType<typeof observe>>

/** Everything a visitor sees of the answers to a form, and the statements they took, without what differs each time. */
export async function observe(site: TestApp, path: string, typed: Record<string, string>) {
  const browser = site.browse()
  const _csrf = await browser.takeToken(path)
  site.statements.length = 0
  const answer = await browser.post(path, { ...typed, _csrf })
  const statements = site.statements.map(verbOf)
  const next = answer.status === 303 ? await browser.follow(answer) : answer
  return { ...describe(answer, typed), statements, next: describe(next, typed) }
}

function describe({ status, headers, text, ...answer }: Response, typed: Record<string, string>) {
  const { date: _, 'set-cookie': __, ...others } = headers
  const cookies = setCookies({ headers, ...answer } as Response).map(describeCookie)
  return { status, headers: others, text: mask(withoutToken(text), typed), cookies }
}

function describeCookie(line: string) {
  const { name, attributes } = parseSetCookie(line, new Date())
  const { expires, ...others } = attributes
  return { name, ...others, isDeletion: Date.parse(expires ?? '') === 0 }
}

function verbOf(sql: string): string | undefined {
  return sql.trim().split(/\s/)[0]
}

function mask(text: string, typed: Record<string, string>): string {
  const shown = Object.entries(typed).filter(([, value]) => value !== '')
  // The longest first: an email may begin with the name.
  const sorted = shown.sort(([, one], [, other]) => other.length - one.length)
  return sorted.reduce((masked, [field, value]) => masked.replaceAll(value, `[${field}]`), text)
}
