import { createHmac, randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Words } from '../words/words.ts'
import { readToken } from './csrf.ts'
import { networkOf } from './network.ts'
import type { SignedCookies } from './signed-cookies.ts'
import { describeUserAgent } from './user-agent.ts'

/** What one request says about the browser that sent it. */
type Visit = {
  /** Puts into the log line of this request what was done, and to whose account. */
  note: (event: { userId: string }) => void
  /** In words, such as "Firefox on Linux". */
  browser: string
  client: Client
  ip: string | null
  /** Of the pages that the visitor sees. */
  language: string
  /** One for each user who has logged in at this browser, the latest first. None of them logs a user in. */
  deviceTokens: string[]
  /** The device token that a login by this request gives the browser. */
  nextDeviceToken: string
}

const VISIT = Symbol('visit')
const CLIENT = Symbol('client')

type WithVisit = Request & { [VISIT]?: Visit }
type WithClient = Request & { [CLIENT]?: Client }

type DeviceTokens = { token: string | null; endedTokens: string[] }

// One browser may be shared by a family; a cookie has 4,096 bytes.
const MOST_TOKENS = 5

const TOKENS = /^[\w-]{22}(\.[\w-]{22})*$/

type VisitSettings = Pick<SignedCookies, 'device'> & {
  wordsFor: (req: Request) => Words
  secrets: readonly string[]
}

export function createVisits({ device, wordsFor, secrets }: VisitSettings) {
  const readTokens = (req: Request) => {
    const lists = device.readAll(req).filter((value) => TOKENS.test(value))
    return lists.flatMap((list) => list.split('.')).slice(0, MOST_TOKENS)
  }
  const visitOf = (req: WithVisit): Visit => {
    req[VISIT] ??= createVisit(req, readTokens(req), { wordsFor, secrets })
    return req[VISIT]
  }
  return {
    visitOf,
    /** A device token of this browser, which it keeps. */
    identify(req: Request, res: Response): string {
      const { deviceTokens, nextDeviceToken } = visitOf(req)
      const tokens = deviceTokens.length > 0 ? deviceTokens : [nextDeviceToken]
      device.write(res, tokens.join('.'))
      return tokens[0] ?? nextDeviceToken
    },
    /** Gives the browser the token of a device, in place of those that ended with it. */
    keepDeviceToken(req: Request, res: Response, { token, endedTokens }: DeviceTokens): void {
      if (token === null) return
      const ended = new Set([token, ...endedTokens])
      const others = readTokens(req).filter((each) => !ended.has(each))
      device.write(res, [token, ...others].slice(0, MOST_TOKENS).join('.'))
    },
  }
}

function createVisit(
  req: Request,
  deviceTokens: string[],
  { wordsFor, secrets }: Pick<VisitSettings, 'wordsFor' | 'secrets'>,
): Visit {
  let nextDeviceToken: string | undefined
  return {
    note(event) {
      if (req.res) req.res.locals.noted = event
    },
    get browser() {
      return describeUserAgent(req.headers['user-agent'] ?? '')
    },
    get client() {
      return clientOf(req)
    },
    ip: req.ip ?? null,
    get language() {
      return wordsFor(req).language
    },
    deviceTokens,
    // Late, because the form may not have been read yet.
    get nextDeviceToken() {
      nextDeviceToken ??= nextTokenOf(req, deviceTokens, secrets[0] ?? '')
      return nextDeviceToken
    },
  }
}

// Computed from the form, which has a token of its own each time that it is shown: pressed twice, it
// makes one device. A copy of the cookies opens another form.
function nextTokenOf(req: Request, deviceTokens: string[], secret: string): string {
  const form = readToken(req)
  if (form === '') return randomBytes(16).toString('base64url')
  const text = `device token ${JSON.stringify([form, ...deviceTokens])}`
  return createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22)
}

/** Who sent a request, as far as that decides who waits for whom. */
export type Client = {
  network: string
  /** Aborted when the client hangs up before the answer, or has. */
  signal: AbortSignal
}

export function clientOf(req: WithClient): Client {
  req[CLIENT] ??= { network: networkOf(req), signal: watchHangUp(req) }
  return req[CLIENT]
}

function watchHangUp({ res }: Request): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!res?.writableFinished) controller.abort()
  }
  // A closed response emits no second `close`.
  if (res?.closed) abort()
  else res?.once('close', abort)
  return controller.signal
}

/** Makes no page for a client that is gone. Not for forms: what they ask for is done. */
export const skipWhenGone: RequestHandler = (req, res, next) => {
  if (req.socket.destroyed) res.end()
  else next()
}
