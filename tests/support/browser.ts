import type { Agent } from 'node:http'
import type { Express } from 'express'
import request, { type Response } from 'supertest'
import type { Clock } from '../../src/clock.ts'
import { type KeptCookie, parseSetCookie, setCookies } from '../auth/support/browser.ts'
import { readForm, readToken } from './html.ts'

type Fields = Record<string, string> | string

/** A browser without scripts: it keeps cookies, and sends a form with the hidden fields that the page gave it. */
export class Browser {
  readonly cookies = new Map<string, KeptCookie>()
  /** Sent with every request. */
  readonly headers: Record<string, string> = { 'User-Agent': FIREFOX }
  readonly #app: Express | string
  readonly #now: Clock
  readonly #agent: Agent | undefined

  /** With an agent, its connections are kept for more requests. */
  constructor(app: Express | string, now: Clock, agent?: Agent) {
    this.#app = app
    this.#now = now
    this.#agent = agent
  }

  visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send('get', path, headers)
  }

  /** Sends fields, or a body as it is, without looking at any page first. */
  post(path: string, body: Fields = {}, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : new URLSearchParams(body).toString()
    return this.#send('post', path, { 'Content-Type': FORM, ...headers }, text)
  }

  ask(method: Method, path: string): Promise<Response> {
    return this.#send(method, path, {})
  }

  /** Opens a page, fills in its form and sends it; `action` names another form than the page's own. */
  async submit(path: string, fields: Record<string, string> = {}, action = pathOf(path)) {
    const page = await this.visit(path)
    return this.post(action, { ...readForm(page.text, action), ...fields })
  }

  /** Opens a page and returns the token of its first form, for a form that is sent without being opened. */
  async takeToken(path: string): Promise<string> {
    return readToken((await this.visit(path)).text)
  }

  /** Goes where an answer sends it. */
  follow(answer: Response): Promise<Response> {
    return this.visit(String(answer.headers.location))
  }

  /** Closes the browser and opens it again: only cookies with a date are left. */
  restart(): void {
    for (const [name, { expiresAt }] of this.cookies) {
      if (expiresAt === null) this.cookies.delete(name)
    }
  }

  /** Copies the cookies of another browser, as a thief would. */
  copyCookies(other: Browser): this {
    for (const [name, cookie] of other.cookies) this.cookies.set(name, cookie)
    return this
  }

  valueOf(name: string): string | undefined {
    return this.cookies.get(name)?.value
  }

  async #send(method: Method, path: string, headers: Record<string, string>, body?: string) {
    const asked = request(this.#app)[method](path).set(this.headers).set('Cookie', this.#present())
    asked.set(headers)
    if (this.#agent) asked.agent(this.#agent)
    const answer = await (body === undefined ? asked : asked.send(body))
    this.#keep(answer)
    return answer
  }

  #present(): string {
    const now = this.#now().getTime()
    const alive = [...this.cookies].filter(([, { expiresAt }]) => (expiresAt ?? Infinity) > now)
    return alive.map(([name, { value }]) => `${name}=${value}`).join('; ')
  }

  #keep(answer: Response): void {
    for (const line of setCookies(answer)) {
      const { name, ...cookie } = parseSetCookie(line, this.#now())
      if (isDeletion(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, cookie)
    }
  }
}

/** A browser that has never been here, at an IP: for an application with TRUST_PROXY. */
export function browseBehindProxy({ browse }: { browse: () => Browser }, ip: string): Browser {
  const browser = browse()
  browser.headers['X-Forwarded-For'] = ip
  return browser
}

type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options' | 'trace'

export const FORM = 'application/x-www-form-urlencoded'
export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

function pathOf(path: string): string {
  return path.split('?')[0] ?? path
}

function isDeletion({ attributes }: KeptCookie): boolean {
  return attributes.expires !== undefined && Date.parse(attributes.expires) === 0
}
