import type { Express } from 'express'
import request, { type Response } from 'supertest'
import type { LogInOptions } from '../../../src/auth/login.ts'
import type { Clock } from '../../../src/clock.ts'
import { seconds } from '../../../src/durations.ts'

/** A cookie in the jar, with the attributes it was set with, their names in lower case. */
export type KeptCookie = {
  value: string
  attributes: Record<string, string>
  expiresAt: number | null
}

/** What the application says about a visit: who it was, and what the act came to. */
export type Visit = {
  result: unknown
  id: number | string | null
  name: string | null
  isFresh: boolean
  isRemembered: boolean
}

export type Browser = ReturnType<typeof openBrowser>

/** A browser that has never been there. */
export function openBrowser(app: Express, now: Clock) {
  const jar = new Map<string, KeptCookie>()
  const headers: Record<string, string> = { 'User-Agent': 'Firefox' }

  async function send(method: Method, path: string, body?: object | string): Promise<Response> {
    const asked = request(app)[method](path).set(headers).set('Cookie', presentCookies())
    const res = await (body ? asked.send(body) : asked)
    keepCookies(res)
    return res
  }

  function presentCookies(): string {
    const alive = [...jar].filter(([, { expiresAt }]) => (expiresAt ?? Infinity) > now().getTime())
    return alive.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  function keepCookies(res: Response): void {
    for (const line of setCookies(res)) {
      const { name, ...cookie } = parseSetCookie(line, now())
      if (isDeletion(cookie)) jar.delete(name)
      else jar.set(name, cookie)
    }
  }

  const visit = async (method: Method, path: string, body?: object): Promise<Visit> =>
    (await send(method, path, body)).body

  return {
    jar,
    headers,
    send,
    get: (path: string) => send('get', path),
    post: (path: string, body: object | string = {}) => send('post', path, body),
    who: (path = '/who') => visit('get', path),
    logIn: (id: number | string, asked: LogInOptions = {}) =>
      visit('post', '/log-in', { id, asked }),
    logOut: () => visit('post', '/log-out', {}),
    confirm: () => visit('post', '/confirm', {}),
    /** Closes the browser and opens it again: only cookies with a date are left. */
    loseSession: () => void jar.delete('session'),
    becomeAnotherProgram: () => void Object.assign(headers, { 'User-Agent': 'Safari' }),
  }
}

type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'delete'

/** The Set-Cookie lines of an answer. */
export function setCookies(res: Response): string[] {
  const lines: unknown = res.headers['set-cookie']
  return Array.isArray(lines) ? lines : []
}

/** What a browser makes of a Set-Cookie line. */
export function parseSetCookie(line: string, now: Date): KeptCookie & { name: string } {
  const [pair = '', ...rest] = line.split('; ')
  const attributes = Object.fromEntries(rest.map(splitAttribute))
  const maxAge = attributes['max-age']
  const expiresAt = maxAge === undefined ? null : now.getTime() + seconds(Number(maxAge))
  const [name = '', value = ''] = pair.split('=')
  return { name, value, attributes, expiresAt }
}

function splitAttribute(attribute: string): [string, string] {
  const [name = '', value = ''] = attribute.split('=')
  return [name.toLowerCase(), value]
}

function isDeletion({ attributes }: KeptCookie): boolean {
  return attributes.expires !== undefined && Date.parse(attributes.expires) === 0
}
