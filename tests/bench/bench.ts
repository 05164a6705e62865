import { setTimeout } from 'node:timers/promises'
import { createHashGate, hashesAtOnce } from '../../src/accounts/hash-gate.ts'
import { createPasswords } from '../../src/accounts/password-hash.ts'
import { seconds } from '../../src/durations.ts'
import { type Answer, type Client, createClient } from './client.ts'
import { percentile, rateOf, say } from './numbers.ts'
import { COST, makeUsers, PASSWORD, PORT, startServer } from './server.ts'

// 200 people log in at once, over and over, while somebody reads the dashboard. Compares things within
// one run: absolute numbers belong to the machine. DATABASE_URL names another database than a new file.

const CROWD = 200
const READ_EVERY = 100

const server = await startServer()
await measure().finally(server.stop)

async function measure(): Promise<void> {
  await makeUsers(server, CROWD + 1)
  const reader = await openReader()
  const calm = await readUntil(reader, soon(seconds(5)))
  say('dashboard, calm: p50 / p99 in ms', [percentile(calm, 0.5), percentile(calm, 0.99)])
  const clients = await Promise.all(Array.from({ length: CROWD }, openBrowser))

  const before = await hashBesides(reader)
  const end = soon(seconds(20))
  const [stormy, ...answers] = await Promise.all([
    readUntil(reader, end),
    ...clients.map((client, index) => logInUntil(client, `user${index}`, end)),
  ])
  const after = await hashBesides(reader)
  report(stormy, answers.flat(), (before + after) / 2)
}

function report(stormy: number[], answers: Answer[], bare: number): void {
  const of = (...statuses: number[]) => answers.filter(({ status }) => statuses.includes(status))
  const refused = of(503, 429).map(({ took }) => took)
  const rate = rateOf(of(303).map(({ at, took }) => at + took))
  const counts = [
    of(303).length,
    of(503).length,
    of(429).length,
    answers.length - of(303, 503, 429).length,
  ]
  say('storm: logged in / 503 / 429 / other', counts)
  say('storm: dashboard p50 / worst in ms', [percentile(stormy, 0.5), Math.max(...stormy)])
  say('storm: dashboard p99 in ms', [percentile(stormy, 0.99)], 'under 100')
  say('storm: told to come back, p50 in ms', [percentile(refused, 0.5)])
  say('storm: told to come back, p99 in ms', [percentile(refused, 0.99)], 'under 100')
  say('bcrypt alone / log-ins, per second', [bare, rate])
  say('log-ins in % of bcrypt alone', [(100 * rate) / bare], '95 or more')
}

function soon(milliseconds: number): number {
  return performance.now() + milliseconds
}

async function openReader(): Promise<Client> {
  const reader = createClient(PORT)
  const _csrf = await reader.readToken('/login')
  await reader.post('/login', { _csrf, username: `user${CROWD}`, password: PASSWORD })
  return reader
}

// Each has logged in here before, so that nothing is new about it.
async function openBrowser(_: unknown, index: number) {
  return createClient(PORT, `198.51.100.${index}`)
}

async function readUntil(reader: Client, end: number): Promise<number[]> {
  const times: number[] = []
  while (performance.now() < end) {
    const { status, took } = await reader.get('/dashboard')
    if (status !== 200) throw new Error(`The dashboard answered ${status}`)
    times.push(took)
    await setTimeout(READ_EVERY)
  }
  return times
}

// Whoever is in comes again at once; whoever is told to wait does, one longer than another.
async function logInUntil(client: Client, username: string, end: number): Promise<Answer[]> {
  const answers: Answer[] = []
  const _csrf = await client.readToken('/login')
  while (performance.now() < end) {
    const answer = await client.post('/login', { _csrf, username, password: PASSWORD })
    answers.push(answer)
    client.forget('session')
    const wait = seconds(Number(answer.headers['retry-after'] ?? 0))
    await setTimeout(wait * (1 + Math.random()))
  }
  return answers.filter(({ at, took }) => at + took <= end)
}

// Somebody reads meanwhile, as in the storm: that takes its share of the cores too.
async function hashBesides(reader: Client): Promise<number> {
  const end = soon(seconds(6))
  const [rate] = await Promise.all([hashUntil(end), readUntil(reader, end)])
  return rate
}

async function hashUntil(end: number): Promise<number> {
  const passwords = createPasswords({ cost: COST, gate: createHashGate({ waiting: 100 }) })
  const ends: number[] = []
  const work = async () => {
    while (performance.now() < end) {
      await passwords.hash(PASSWORD)
      ends.push(performance.now())
    }
  }
  await Promise.all(Array.from({ length: hashesAtOnce() }, work))
  return rateOf(ends)
}
