import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chromiumPath, hasChromium } from './support/chromium-path.ts'

// Everything that proves this program, one part after the other; or only the parts that are named.

type Part = {
  name: string
  command: string[]
  env?: Record<string, string>
  /** What this machine lacks for it, and what would help; undefined where it lacks nothing. */
  lacks?: string | undefined
}

const VITEST = ['vitest', 'run', '--config', 'tests/vitest.config.ts']
const OUTSIDE = ['--exclude', 'tests/browser/**']

const PARTS: Part[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['biome', 'check'] },
  { name: 'sqlite', command: [...VITEST, ...OUTSIDE], env: { TEST_ENGINE: 'sqlite' } },
  {
    name: 'postgresql',
    command: [...VITEST, ...OUTSIDE],
    env: { TEST_ENGINE: 'postgresql' },
    lacks: process.env.TEST_DATABASE_URL
      ? undefined
      : 'TEST_DATABASE_URL is not set, such as TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres',
  },
  {
    name: 'chromium',
    command: [...VITEST, 'tests/browser'],
    lacks: hasChromium ? undefined : `there is no ${chromiumPath}; CHROMIUM_PATH says where it is`,
  },
]

const wanted = process.argv.slice(2)
await runParts(PARTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))

async function runParts(parts: Part[]): Promise<void> {
  await demandClients()
  const closing: string[] = []
  for (const part of parts) closing.push(await runPart(part))
  for (const line of closing) process.stdout.write(`${line}\n`)
}

// The generated clients are no part of the sources: without them nothing compiles.
async function demandClients(): Promise<void> {
  if ((await run(process.execPath, ['prisma/generate.mjs'])) !== 0) process.exit(1)
}

async function runPart({ name, command, env, lacks }: Part): Promise<string> {
  if (lacks && !wanted.includes(name)) return leaveOut(name, lacks)
  const started = performance.now()
  const code = await run('npx', ['--no-install', ...command], env)
  const took = `${Math.round((performance.now() - started) / 1000)} s`
  if (code === 0) return `passed    ${name} (${took})`
  process.exitCode = 1
  return `FAILED    ${name} (${took})`
}

function leaveOut(name: string, lacks: string): string {
  // Where everything is meant to be tested, what was not tested is not known to work.
  if (process.env.CI === 'true') process.exitCode = 1
  return `LEFT OUT  ${name}: ${lacks}`
}

async function run(program: string, words: string[], env: Record<string, string> = {}) {
  const child = spawn(program, words, { stdio: 'inherit', env: { ...process.env, ...env } })
  const [code] = await once(child, 'close')
  return code
}
