import { setTimeout } from 'node:timers/promises'
import { HashQueue, hashesAtOnce } from '../../src/accounts/hash-queue.ts'
import { createPasswords } from '../../src/accounts/password-hash.ts'
import { seconds } from '../../src/durations.ts'
import type { Answer } from './client.ts'
import { percentile, rateOf, say } from './numbers.ts'
import { COST, nameUser, PASSWORD } from './server.ts'
import { openVisitor, type Visitor } from './visitor.ts'

/** How many log in at once; the user after them reads the dashboard. */
export const CROWD = 200

// Faster than anybody reads, so that there are enough to tell the slowest hundredth.
const READ_EVERY = 100

/** Has 200 people log in at once, over and over, while somebody reads the dashboard; says how long they all wait, and what is lost against hashing alone. */
export async function raiseStorm(): Promise<void> {
  const reader = await openVisitor(nameUser(CROWD))
  await reader.logIn(PASSWORD)
  const crowd = Array.from({ length: CROWD }, (_, index) => openVisitor(nameUser(index)))
  const visitors = await Promise.all(crowd)
  const calm = await readUntil(reader, soon(seconds(5)))
  say('dashboard, calm: p50 / p99 in ms', [percentile(calm, 0.5), percentile(calm, 0.99)])

  const before = await hashBesides(reader)
  const end = soon(seconds(30))
  const storm = visitors.map((visitor) => logInUntil(visitor, end))
  const stormy = await readUntil(reader, end)
  const answers = (await Promise.all(storm)).flat()
  const after = await hashBesides(reader)
  report(stormy, answers, (before + after) / 2)
}

function report(stormy: number[], answers: Answer[], bare: number): void {
  const of = (status: number) => answers.filter((answer) => answer.status === status)
  const refused = [...of(503), ...of(429)].map(({ took }) => took)
  const rate = rateOf(of(303).map(({ at, took }) => at + took))
  const others = answers.length - of(303).length - refused.length
  say('storm: logged in / told to come back / other', [of(303).length, refused.length, others])
  say('storm: dashboard p50 / worst in ms', [percentile(stormy, 0.5), Math.max(...stormy)])
  say('storm: dashboard p99 in ms', [percentile(stormy, 0.99)], 'under 100')
  say('storm: told to come back, p50 in ms', [percentile(refused, 0.5)])
  say('storm: told to come back, p99 in ms', [percentile(refused, 0.99)], 'under 100')
  say('storm: bcrypt alone, and log-ins, per second', [bare, rate])
  say('storm: log-ins in % of bcrypt alone', [(100 * rate) / bare], '95 or more')
}

function soon(milliseconds: number): number {
  return performance.now() + milliseconds
}

async function readUntil(reader: Visitor, end: number): Promise<number[]> {
  const times: number[] = []
  while (performance.now() < end) {
    const { status, took } = await reader.get('/dashboard')
    if (status !== 200) throw new Error(`The dashboard answered ${status}`)
    times.push(took)
    await setTimeout(READ_EVERY)
  }
  return times
}

// Whoever was let in comes again at once; whoever is told to wait waits as long, and then as it pleases them.
async function logInUntil(visitor: Visitor, end: number): Promise<Answer[]> {
  const answers: Answer[] = []
  while (performance.now() < end) {
    const answer = await visitor.logIn(PASSWORD)
    answers.push(answer)
    const wait = seconds(Number(answer.headers['retry-after'] ?? 0))
    await setTimeout(wait * (1 + Math.random()))
  }
  return answers.filter(({ at, took }) => at + took <= end)
}

// Somebody reads meanwhile, as in the storm: that takes its share of the cores too.
async function hashBesides(reader: Visitor): Promise<number> {
  const end = soon(seconds(6))
  const [rate] = await Promise.all([hashUntil(end), readUntil(reader, end)])
  return rate
}

async function hashUntil(end: number): Promise<number> {
  const passwords = createPasswords({ cost: COST, queue: new HashQueue({ waiting: 100 }) })
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
