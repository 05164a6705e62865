import { parseArgs } from 'node:util'
import { type Answer, createClient } from '../../bench/client.ts'
import { percentile } from '../../bench/numbers.ts'
import { compareSamples } from './mann-whitney.ts'
import {
  type Case,
  forgotPage,
  loginAfterPage,
  loginPage,
  type MeasuredPage,
  registerPage,
} from './measured-pages.ts'
import { openSite, type Site } from './site.ts'

// Whether the time of an answer tells a stranger who has an account. Start it with npm run test:timing,
// on a machine that has little else to do; -- --cost 12 measures as it is run, --server a PostgreSQL.

const WARM_UP = 10
/** A difference is what chance does not make, and is large enough to tell from a few answers. */
const SURE = 0.001
const LARGE = 0.1

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '200' },
    cost: { type: 'string', default: '10' },
    server: { type: 'string' },
  },
})
const samples = Number(values.samples)
const cost = Number(values.cost)

const open = await openSite({ BCRYPT_COST: values.cost }, values.server)
const verified = await openSite(
  { BCRYPT_COST: values.cost, REGISTRATION: 'verified' },
  values.server,
)
try {
  await measure(open, await loginPage(open, cost))
  await measure(verified, await loginAfterPage(verified, cost))
  await measure(verified, await registerPage(verified))
  await measure(open, await forgotPage(open))
} finally {
  await Promise.all([open.close(), verified.close()])
}
say(process.exitCode === 1 ? 'A difference was found.' : 'No difference was found.')

async function measure({ port }: Site, { name, cases, pairs }: MeasuredPage): Promise<void> {
  const times = await timeInTurns(port, Object.entries(cases))
  say(`${name}, ${samples} of each at cost ${cost}`)
  for (const [one, other] of pairs) report(one, other, times)
}

// In a new order each round: whatever else the machine does falls on all alike.
async function timeInTurns(port: number, cases: [string, Case][]) {
  const times = new Map(cases.map(([name]): [string, number[]] => [name, []]))
  for (let round = -WARM_UP; round < samples; round++) {
    for (const [name, what] of shuffle(cases)) {
      const { took } = await send(port, what)
      if (round >= 0) times.get(name)?.push(took)
    }
  }
  return times
}

async function send(port: number, { path, status, fields }: Case): Promise<Answer> {
  const client = createClient(port)
  const _csrf = await client.readToken(path)
  const answer = await client.post(path, { ...fields(), _csrf })
  if (answer.status !== status) throw new Error(`${path} was answered with ${answer.status}`)
  return answer
}

function report(one: string, other: string, times: Map<string, number[]>): void {
  const [first, second] = [times.get(one) ?? [], times.get(other) ?? []]
  const { u, z, p, auc } = compareSamples(second, first)
  const isDifferent = p < SURE && Math.abs(auc - 0.5) > LARGE
  if (isDifferent) process.exitCode = 1
  const medians = [first, second].map((sample) => percentile(sample, 0.5).toFixed(2)).join(' / ')
  const numbers = `U ${u} z ${z.toFixed(2)} p ${p.toPrecision(2)} AUC ${auc.toFixed(3)}`
  say(`  ${isDifferent ? 'DIFFERENT' : 'alike    '} ${one} / ${other}: ${medians} ms, ${numbers}`)
}

function shuffle<T>(items: T[]): T[] {
  const keyed = items.map((item): [number, T] => [Math.random(), item])
  return keyed.sort(([one], [another]) => one - another).map(([, item]) => item)
}

function say(words: string): void {
  process.stdout.write(`${words}\n`)
}
