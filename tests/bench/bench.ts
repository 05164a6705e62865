import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHashGate } from '../../src/accounts/hash-gate.ts'
import { createPasswords } from '../../src/accounts/password-hash.ts'
import { type Answer, type Client, createClient, percentile } from './client.ts'

// Compares things within one run: absolute numbers belong to the machine. Start it with npm run bench.

const PORT = 3199
const PASSWORD = 'a long enough passphrase'
const COST = 12
const STORM = 200

const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const server = await startServer()
try {
  await measure()
} finally {
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(folder, { recursive: true })
}

async function measure(): Promise<void> {
  const bare = await countHashes(4000)
  say('bcrypt alone, per second', bare)
  const reader = createClient(PORT)
  await reader.submit('/register', registration('reader'))
  const calm = await readPages(reader, 5000)
  say('dashboard, calm: per second', calm.length / 5)
  say('dashboard, calm: p50 / p99 in ms', percentile(calm, 0.5), percentile(calm, 0.99))

  const clients = await prepare(STORM)
  const started = performance.now()
  let isStormy = true
  const storm = Promise.all(clients.map((logIn) => logIn())).finally(() => {
    isStormy = false
  })
  const stormy: number[] = []
  while (isStormy) stormy.push((await reader.get('/dashboard')).took)
  report(await storm, performance.now() - started, stormy, bare)
}

function report(answers: Answer[], took: number, stormy: number[], bare: number): void {
  const of = (status: number) => answers.filter((answer) => answer.status === status)
  const ok = of(422)
  const refused = [...of(503), ...of(429)].map((answer) => answer.took)
  const rate = ok.length / (Math.max(...ok.map((answer) => answer.took)) / 1000)
  say(
    'storm: checked / 503 / 429 / other',
    ok.length,
    of(503).length,
    of(429).length,
    answers.length - ok.length - refused.length,
  )
  say('storm: took in ms', took)
  say(
    'storm: dashboard p50 / p99 / worst in ms',
    percentile(stormy, 0.5),
    percentile(stormy, 0.99),
    Math.max(...stormy),
  )
  say('storm: refusals p50 / p99 in ms', percentile(refused, 0.5), percentile(refused, 0.99))
  say('storm: checked per second, and against bcrypt alone', rate, rate / bare)
}

async function countHashes(milliseconds: number): Promise<number> {
  const passwords = createPasswords({ cost: COST, gate: createHashGate({ waiting: 1000 }) })
  const until = performance.now() + milliseconds
  let count = 0
  const work = async () => {
    while (performance.now() < until) {
      await passwords.hash(PASSWORD)
      count++
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 3) }, work))
  return count / ((performance.now() - started) / 1000)
}

async function readPages(reader: Client, milliseconds: number): Promise<number[]> {
  const until = performance.now() + milliseconds
  const times: number[] = []
  while (performance.now() < until) times.push((await reader.get('/dashboard')).took)
  return times
}

// Each has its form open already, so that the storm is nothing but sign-ins.
async function prepare(count: number): Promise<(() => Promise<Answer>)[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const client = createClient(PORT, `198.51.${index % 256}.7`)
      const _csrf = await client.readToken('/login')
      // Unknown names cost what known ones do, and need no accounts made first.
      const username = `nobody${index}`
      return () => client.post('/login', { _csrf, username, password: PASSWORD })
    }),
  )
}

function registration(username: string) {
  return { username, email: `${username}@example.org`, password: PASSWORD, confirm: PASSWORD }
}

async function startServer() {
  const main = join(import.meta.dirname, '../../dist/server.js')
  // As in production, and with a proxy in front, so that the sign-ins can come from everywhere.
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    PORT: String(PORT),
    APP_URL: `http://127.0.0.1:${PORT}`,
    SESSION_SECRET: 'only for this benchmark '.repeat(2),
    TRUST_PROXY: '1',
    BCRYPT_COST: String(COST),
    LOG_LEVEL: 'warn',
  }
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  while (!String(await once(child.stdout, 'data')).includes('Mail:'));
  return child
}

function say(what: string, ...numbers: number[]): void {
  process.stdout.write(`${what}: ${numbers.map((number) => number.toFixed(2)).join(' / ')}\n`)
}
