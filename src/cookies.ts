import { createHmac } from 'node:crypto'
import { sign, unsign } from 'cookie-signature'
import type { CookieOptions, Request, Response } from 'express'
import { memoize } from './memoize.ts'

/** One cookie of this program. Everything in it is signed for this cookie alone. */
export type SignedCookie = ReturnType<typeof createSignedCookie>

type SignedCookieOptions = {
  name: string
  /** Newest first. */
  secrets: readonly string[]
  attributes: CookieOptions
  /** Releases before this one signed every cookie alike: of theirs, only values of this shape are taken. */
  unboundShape?: RegExp | undefined
}

type Verified = { value: string; isCurrent: boolean }

const COOKIES = Symbol('cookies')

/** What a Cookie header says. Requests with the same header may share it. */
type Cookies = {
  /** By name, still signed and encoded. */
  texts: ReadonlyMap<string, readonly string[]>
  /** Filled when a cookie is first read. By options, not by name: two apps in one process have different secrets. */
  verified: Map<SignedCookieOptions, readonly Verified[]>
}

type WithCookies = Request & { [COOKIES]?: Cookies }

export function createSignedCookie(options: SignedCookieOptions) {
  const { name, attributes } = options
  const secrets = secretsFor(name, options.secrets)
  const verifyAll = (req: Request) => {
    const { texts, verified } = cookiesOf(req)
    const known = verified.get(options)
    if (known) return known
    const found = signedTexts(texts.get(name)).flatMap((raw) => verify(raw) ?? [])
    verified.set(options, found)
    return found
  }
  const verify = (raw: string): Verified | null => {
    const signed = findSigner(raw, secrets)
    if (signed) return { value: signed.value, isCurrent: signed.index === 0 }
    const value = verifyUnbound(raw, options)
    return value === null ? null : { value, isCurrent: false }
  }
  return {
    name,
    attributes,
    /** Newest first, for packages that sign their own cookie. */
    secrets,
    /** The pair as a Cookie header has it. */
    format: (value: string) => `${name}=${encodeURIComponent(signValue(value, secrets))}`,
    /** Every value that we signed: another program on this host may set a cookie of the same name. */
    readAll: (req: Request) => [...new Set(verifyAll(req).map(({ value }) => value))],
    read: (req: Request): string | null => verifyAll(req)[0]?.value ?? null,
    /** Whether the value was signed with anything but the newest secret of this cookie. */
    isSignedBefore: (req: Request) => verifyAll(req)[0]?.isCurrent === false,
    /** maxAge in ms; without it the browser keeps the cookie until it is closed. */
    write(res: Response, value: string, maxAge?: number): void {
      const lifetime = maxAge === undefined ? {} : { maxAge }
      res.cookie(name, signValue(value, secrets), { ...attributes, ...lifetime })
    },
    // With other attributes than it was set with, some browsers keep the cookie (flask-login #683).
    clear: (res: Response) => void res.clearCookie(name, attributes),
  }
}

/** The secrets of one cookie: what they sign is nothing as another cookie. */
export function secretsFor(name: string, secrets: readonly string[]): string[] {
  return secrets.map((secret) =>
    createHmac('sha256', secret).update(`cookie ${name}`).digest('base64url'),
  )
}

function verifyUnbound(raw: string, { secrets, unboundShape }: SignedCookieOptions) {
  const value = unboundShape ? verifySignature(raw, secrets) : null
  return value !== null && unboundShape?.test(value) ? value : null
}

/** Signs with the first secret, in the form that express-session reads too. */
export function signValue(value: string, secrets: readonly string[]): string {
  const [newest] = secrets
  if (!newest) throw new Error('Cookies cannot be signed without a secret: SESSION_SECRET is empty')
  return `s:${sign(value, newest)}`
}

/** The value that one of the secrets signed, or null. */
export function verifySignature(raw: string, secrets: readonly string[]): string | null {
  return findSigner(raw, secrets)?.value ?? null
}

function findSigner(raw: string, secrets: readonly string[]) {
  if (!raw.startsWith('s:')) return null
  for (const [index, secret] of secrets.entries()) {
    const value = unsign(raw.slice(2), secret)
    if (value !== false) return { value, index }
  }
  return null
}

// A header has room for thousands of cookies of one name, and each takes several digests to verify.
const MOST_OF_A_NAME = 5

function signedTexts(texts: readonly string[] = []): string[] {
  return texts
    .map(decode)
    .filter((raw) => raw.startsWith('s:'))
    .slice(0, MOST_OF_A_NAME)
}

function cookiesOf(req: WithCookies): Cookies {
  req[COOKIES] ??= cookiesIn(req.headers.cookie ?? '')
  return req[COOKIES]
}

// Parsed, a header of many short cookies takes seventy times its length in memory.
const LONGEST_KEPT = 1_000

// A browser sends the same header with each request. Our secrets do not change while the process runs, so a
// signature is verified once.
const keptCookies = memoize(createCookies)

function cookiesIn(header: string): Cookies {
  return header.length > LONGEST_KEPT ? createCookies(header) : keptCookies(header)
}

function createCookies(header: string): Cookies {
  return { texts: parseHeader(header), verified: new Map() }
}

// Packages that parse the header keep only the first cookie of a name.
function parseHeader(header: string): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const pair of header.split(';')) {
    const end = pair.indexOf('=')
    if (end === -1) continue
    const name = pair.slice(0, end).trim()
    const texts = all.get(name) ?? []
    texts.push(pair.slice(end + 1).trim())
    all.set(name, texts)
  }
  return all
}

// RFC 6265 allows quotes around a value; they are no part of it.
function decode(text: string): string {
  const bare = /^"(.*)"$/.exec(text)?.[1] ?? text
  try {
    return decodeURIComponent(bare)
  } catch {
    return bare
  }
}

/** Keeps the last of several Set-Cookie lines of one name: browsers differ in which they take (RFC 6265, 4.1.1). `response` is the prototype of all responses, `app.response`: a function for each response would be slow. */
export function setEachCookieOnce(response: Response): void {
  const { writeHead } = response
  response.writeHead = function (this: Response, ...args: Parameters<typeof writeHead>) {
    const lines = this.getHeader('Set-Cookie')
    if (Array.isArray(lines)) this.setHeader('Set-Cookie', lastOfEach(lines))
    return writeHead.apply(this, args)
  } as typeof writeHead
}

function lastOfEach(lines: string[]): string[] {
  return [...new Map(lines.map((line) => [line.split('=')[0], line])).values()]
}
