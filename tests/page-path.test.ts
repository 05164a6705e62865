import { createHook } from 'node:async_hooks'
import crypto from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { Request, Response } from 'express'
import { Store } from 'express-session'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes, seconds } from '../src/durations.ts'
import { openTestApp } from './support/app.ts'
import { Browser } from './support/browser.ts'
import { register, registerAndRemember } from './support/users.ts'

// What makes pages slow, counted: a page that does more than it did fails here, however fast the machine is.

/** What one request has done. */
type Work = {
  statements: number
  /** How many were verified. */
  signatures: number
  /** Of session ids, networks, browsers and CSRF tokens. */
  digests: number
  /** How often the Cookie header was read. */
  cookieReads: number
  fileCalls: number
  poolJobs: number
  /** How often express-session took a session over. */
  startedSessions: number
}

const NOTHING: Work = {
  statements: 0,
  signatures: 0,
  digests: 0,
  cookieReads: 0,
  fileCalls: 0,
  poolJobs: 0,
  startedSessions: 0,
}
const work = { ...NOTHING }
// Each page has a CSRF token of its own.
const OF_THE_TOKEN = 1
const site = await openTestApp()
// Now and then a read makes sure that the file of SQLite is still there, and the write-ahead log beside it.
const MOST_FILE_CALLS = site.database.engine === 'sqlite' ? 4 : 0

type Functions = Record<string, unknown>

/** Counts the calls of functions of an object; returns how to stop. */
function countCalls(owner: Functions, names: string[], count: () => void): () => void {
  const originals = names.map(
    (name) => [name, owner[name] as (...args: unknown[]) => unknown] as const,
  )
  for (const [name, original] of originals) {
    owner[name] = Object.assign(function counted(this: unknown, ...args: unknown[]) {
      count()
      return original.apply(this, args)
    }, original)
  }
  return () => Object.assign(owner, Object.fromEntries(originals))
}

const POOL_JOB = /^(FSREQ|GET(ADDR|NAME)INFO|ZLIB|(?!HTTP)\w+REQUEST$|bcrypt)/

const jobs = createHook({
  init(_id, type) {
    if (POOL_JOB.test(type)) work.poolJobs++
  },
})

let server: Server
let stops: (() => void)[]

beforeAll(async () => {
  server = createServer((req, res) => {
    watchCookies(req)
    site.app(req as Request, res as Response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fileCalls = Object.keys(fs).filter((name) => /^[a-z]/.test(name) && isPlain(fs, name))
  stops = [
    countCalls(crypto as unknown as Functions, ['createHmac'], () => work.signatures++),
    countCalls(crypto as unknown as Functions, ['createHash', 'hash'], () => work.digests++),
    countCalls(fs as unknown as Functions, fileCalls, () => work.fileCalls++),
    countCalls(
      Store.prototype as unknown as Functions,
      ['createSession'],
      () => work.startedSessions++,
    ),
  ]
  syncBuiltinESMExports()
  jobs.enable()
})

afterAll(async () => {
  jobs.disable()
  for (const stop of stops) stop()
  syncBuiltinESMExports()
  server.closeAllConnections()
  server.close()
  await site.close()
})

function isPlain(owner: object, name: string): boolean {
  const { value } = Object.getOwnPropertyDescriptor(owner, name) ?? {}
  return typeof value === 'function'
}

function watchCookies({ headers }: IncomingMessage): void {
  let { cookie } = headers
  Object.defineProperty(headers, 'cookie', {
    get() {
      work.cookieReads++
      return cookie
    },
    set(value) {
      cookie = value
    },
  })
}

/** The work of one request, after two to warm up. The least of three, as hashes of other tests may still be running. */
async function measure(
  { cookies }: Browser,
  path: string,
  ask = visitWithNewHeader,
): Promise<Work> {
  const { port } = server.address() as AddressInfo
  const browser = new Browser(`http://127.0.0.1:${port}`, site.clock.now)
  for (const [name, cookie] of cookies) browser.cookies.set(name, cookie)
  for (let visits = 0; visits < 2; visits++) await browser.visit(path)
  const [first, ...others] = [
    await ask(browser, path),
    await ask(browser, path),
    await ask(browser, path),
  ]
  return others.reduce(takeLeast, first)
}

// Changes the Cookie header each time, so that none is kept yet.
async function visitWithNewHeader(browser: Browser, path: string): Promise<Work> {
  const visits = Number(browser.cookies.get('visits')?.value ?? 0) + 1
  browser.cookies.set('visits', { value: String(visits), attributes: {}, expiresAt: null })
  return visitWithSameHeader(browser, path)
}

async function visitWithSameHeader(browser: Browser, path: string): Promise<Work> {
  Object.assign(work, NOTHING)
  site.statements.length = 0
  const { status } = await browser.visit(path)
  expect(status).toBe(200)
  return { ...work, statements: site.statements.length }
}

function takeLeast(one: Work, other: Work): Work {
  const keys = Object.keys(NOTHING) as (keyof Work)[]
  return Object.fromEntries(keys.map((key) => [key, Math.min(one[key], other[key])])) as Work
}

describe('one visit costs', () => {
  test('one statement and one signature at /dashboard, and no more', async () => {
    const { browser } = await register(site)

    const { fileCalls, ...others } = await measure(browser, '/dashboard')

    expect({ ...others, fileCalls: 0 }).toEqual({
      ...NOTHING,
      statements: 1,
      signatures: 1,
      digests: OF_THE_TOKEN,
      cookieReads: 1,
    })
    expect(fileCalls).toBeLessThanOrEqual(MOST_FILE_CALLS)
  })

  test('no signature where the same cookies came before', async () => {
    const { browser } = await register(site)

    const repeated = await measure(browser, '/dashboard', visitWithSameHeader)

    expect(repeated).toMatchObject({
      statements: 1,
      signatures: 0,
      digests: OF_THE_TOKEN,
      cookieReads: 1,
    })
  })

  test('a signature each time where the header is too long to be kept', async () => {
    const { browser } = await register(site)
    const value = 'x'.repeat(1_000)
    browser.cookies.set('other', { value, attributes: {}, expiresAt: null })

    expect(await measure(browser, '/dashboard', visitWithSameHeader)).toMatchObject({
      signatures: 1,
    })
  })

  test('one signature more where a remember cookie comes along', async () => {
    const { browser } = await registerAndRemember(site)
    await browser.visit('/dashboard')

    expect(await measure(browser, '/dashboard')).toMatchObject({ statements: 1, signatures: 2 })
  })

  test('one verified signature, of the CSRF cookie, for a stranger at /login', async () => {
    expect(await measure(site.browse(), '/login')).toEqual({
      ...NOTHING,
      signatures: 1,
      digests: OF_THE_TOKEN,
      cookieReads: 1,
    })
  })

  test('nothing for health checks', async () => {
    expect(await measure((await register(site)).browser, '/healthz')).toEqual(NOTHING)
  })

  test('neither statement nor signature for a file', async () => {
    const { browser } = await register(site)

    const { statements, signatures, cookieReads } = await measure(browser, '/app.css')

    expect([statements, signatures, cookieReads]).toEqual([0, 0, 0])
  })
})

describe('express-session', () => {
  test('takes a session over once a minute, to have the visit written', async () => {
    const { browser } = await register(site)
    const visit = async () => {
      Object.assign(work, NOTHING)
      await browser.visit('/dashboard')
      return work.startedSessions
    }

    const started: number[] = []
    for (const pause of [seconds(30), minutes(1), seconds(1)]) {
      site.clock.advance(pause)
      started.push(await visit())
    }

    expect(started).toEqual([0, 1, 0])
  })
})
