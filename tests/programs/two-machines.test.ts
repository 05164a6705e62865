import { setTimeout } from 'node:timers/promises'
import { afterAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../../src/database/database.ts'
import { minutes, seconds } from '../../src/durations.ts'
import { Browser } from '../support/browser.ts'
import { readForm, readTitle } from '../support/html.ts'
import { registerAndRemember } from '../support/users.ts'
import { canMakeMachines, type Machine, makeMachine } from './support/machines.ts'
import { openPlace } from './support/server.ts'

// Two machines of two processes each on one PostgreSQL. One of them dies under load. Skipped where this process may
// not make network namespaces, and on SQLite, which is of one machine.
const isPossible = inject('template').engine === 'postgresql' && canMakeMachines()

const PORT = '3000'
const VISITORS = 12
const PATIENCE = seconds(5)
const BEFORE = seconds(5)
const AFTER = seconds(10)
// In ms. 15 s allow at most 150 notes of a user, fewer than MOST_NOTES.
const PAUSE = 100

type Visitor = {
  browsers: Browser[]
  /** Of the machine that they are at. */
  at: number
  acknowledged: string[]
  turnedAway: string[]
}

test.runIf(isPossible)(
  'a machine that dies takes nothing with it that was acknowledged, and logs no user out',
  async () => {
    const { machines, place } = await openMachines()
    const servers = await Promise.all(
      machines.map((machine) => startServer(place, machine, machines)),
    )
    const visitors: Visitor[] = []
    for (let number = 0; number < VISITORS; number++) {
      visitors.push(await openVisitor(machines, number % machines.length))
    }
    let unanswered = 0
    let isOver = false
    const load = visitors.map(async (visitor) => {
      while (!isOver) {
        if (!(await writeNote(visitor))) unanswered++
        await setTimeout(PAUSE)
      }
    })

    await setTimeout(BEFORE)
    const before = visitors.flatMap(({ acknowledged }) => acknowledged).length
    machines[0]?.cut()
    await servers[0]?.end('SIGKILL')
    await setTimeout(AFTER)
    isOver = true
    await Promise.all(load)

    const acknowledged = visitors.flatMap((visitor) => visitor.acknowledged)
    const database = await openDatabase(place.databaseUrl)
    const kept = new Set((await database.note.findMany()).map(({ title }) => title))
    await database.close()
    process.stdout.write(
      `${before} notes acknowledged before the end of a machine, ${acknowledged.length - before} after; ${unanswered} requests unanswered; ${kept.size} notes kept.\n`,
    )
    expect(before).toBeGreaterThan(0)
    expect(acknowledged.length).toBeGreaterThan(before)
    expect(acknowledged.filter((title) => !kept.has(title))).toEqual([])
    expect(visitors.flatMap(({ turnedAway }) => turnedAway)).toEqual([])
    expect(new Set(visitors.map(({ at }) => at))).toEqual(new Set([1]))
    for (const visitor of visitors) expect(await comesBack(visitor)).toBe(200)
  },
  minutes(4),
)

const closes: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closes.reverse()) await close()
})

async function openMachines() {
  const place = await openPlace()
  closes.push(place.leave)
  const machines = [await makeMachine(), await makeMachine()]
  for (const { drop } of machines) closes.push(drop)
  return { machines, place }
}

type Place = Awaited<ReturnType<typeof openPlace>>

function startServer(place: Place, machine: Machine, [first]: Machine[]) {
  const variables = {
    HOST: machine.host,
    PORT,
    // One name for both, as a load balancer has.
    APP_URL: `http://${first?.host}:${PORT}`,
    DATABASE_URL: machine.toDatabase(place.databaseUrl),
    SESSION_SECRET: 'a secret that both machines know',
    WEB_CONCURRENCY: '2',
    THROTTLE: 'off',
  }
  const command = [...machine.on, process.execPath, 'dist/server.js']
  return place.start(variables, { command, isGroup: true })
}

async function openVisitor(machines: Machine[], at: number): Promise<Visitor> {
  const urls = machines.map(({ host }) => `http://${host}:${PORT}`)
  const browse = () => new Browser(urls[at] ?? '', () => new Date())
  const { browser } = await registerAndRemember({ browse })
  const browsers = urls.map((url) => new Browser(url, () => new Date()).copyCookies(browser))
  return { browsers, at, acknowledged: [], turnedAway: [] }
}

let count = 0

/** False where no answer came: the visitor then goes to the other machine, as a load balancer sends them. */
async function writeNote(visitor: Visitor): Promise<boolean> {
  const browser = visitor.browsers[visitor.at]
  if (!browser) throw new Error('There is no such machine')
  const title = `note ${++count}`
  const writing = sendNote(browser, title).catch(() => null)
  const answer = await Promise.race([writing, setTimeout(PATIENCE, null)])
  if (!answer) {
    visitor.at = 1 - visitor.at
    visitor.browsers[visitor.at]?.copyCookies(browser)
    return false
  }
  const { location = '' } = answer.headers
  if (answer.status === 303 && !location.startsWith('/login')) visitor.acknowledged.push(title)
  else visitor.turnedAway.push(`${answer.status} ${location} ${readTitle(answer.text)}`)
  return true
}

/** The answer to the form, or that of a page without one: the visitor is not logged in. */
async function sendNote(browser: Browser, title: string) {
  const page = await browser.visit('/notes/new')
  if (page.status !== 200) return page
  return browser.post('/notes/new', { ...readForm(page.text, '/notes/new'), title, body: '' })
}

/** With the remember cookie alone. */
async function comesBack({ browsers, at }: Visitor): Promise<number | undefined> {
  browsers[at]?.restart()
  return (await browsers[at]?.visit('/dashboard'))?.status
}
