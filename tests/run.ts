import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromiumPath, hasChromium } from './support/chromium-path.ts'
import { readWords } from './support/run-words.ts'

type Part = {
  command: string[]
  env?: Record<string, string>
  /** What this run lacks, and what would help; undefined when nothing is lacking. */
  lacks?: string | undefined
}

const VITEST = ['vitest', 'run', '--config', 'tests/vitest.config.ts']
const without = (...paths: string[]) => paths.flatMap((path) => ['--exclude', `tests/${path}`])
const only = (folder: string) => without('*.test.ts', `!(${folder})/**`)

const PARTS: Record<string, Part> = {
  types: { command: ['tsc', '-p', '.'] },
  lint: { command: ['biome', 'check'] },
  sqlite: {
    command: [...VITEST, ...without('browser/**', 'load/**', 'programs/**')],
    env: { TEST_ENGINE: 'sqlite' },
  },
  programs: {
    command: [...VITEST, ...only('programs')],
    env: { TEST_ENGINE: 'sqlite' },
    lacks: runsInCi('they start the whole program again and again; npm test -- programs runs them'),
  },
  load: {
    command: [...VITEST, ...only('load')],
    env: { TEST_ENGINE: 'sqlite' },
    lacks: runsInCi('crowds and races, which keep every core busy; npm test -- load runs them'),
  },
  postgresql: {
    command: [...VITEST, ...without('browser/**')],
    env: { TEST_ENGINE: 'postgresql' },
    lacks: process.env.TEST_DATABASE_URL
      ? undefined
      : 'TEST_DATABASE_URL is not set, such as TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:5432/postgres',
  },
  chromium: {
    command: [...VITEST, ...only('browser')],
    lacks: hasChromium ? undefined : `there is no ${chromiumPath}; CHROMIUM_PATH says where it is`,
  },
}

const words = readWords(process.argv.slice(2), { parts: Object.keys(PARTS), exists: existsSync })
if (typeof words === 'string') {
  const example = 'For example: npm test -- tests/pages/login.test.ts -t "wrong password"'
  process.stderr.write(`${words}\n${example}\n`)
  process.exit(1)
}
// Nothing compiles without the generated clients.
if ((await run(process.execPath, ['prisma/generate.mjs'])) !== 0) process.exit(1)

const { parts, forVitest } = words
const isNamed = parts.length > 0
const names = isNamed ? parts : Object.keys(PARTS)
// Both at once: each prints only when it ends, and tsc alone keeps one core busy.
const isCheck = (name: string) => name === 'types' || name === 'lint'
const closing = await Promise.all(names.filter(isCheck).map(runPart))
for (const name of names) if (!isCheck(name)) closing.push(await runPart(name))
for (const line of closing) process.stdout.write(`${line}\n`)

function runsInCi(otherwise: string): string | undefined {
  return process.env.CI === 'true' ? undefined : otherwise
}

async function runPart(name: string): Promise<string> {
  const { command, env, lacks } = PARTS[name] as Part
  if (lacks && !isNamed) return leaveOut(name, lacks)
  const started = performance.now()
  const [program = '', ...args] = command
  const code = await run(join('node_modules/.bin', program), [...args, ...forVitest], env)
  const took = `${Math.round((performance.now() - started) / 1000)} s`
  if (code === 0) return `passed    ${name} (${took})`
  process.exitCode = 1
  return `FAILED    ${name} (${took})`
}

function leaveOut(name: string, lacks: string): string {
  if (process.env.CI === 'true') process.exitCode = 1
  return `LEFT OUT  ${name}: ${lacks}`
}

async function run(program: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  const [code] = await once(child, 'close')
  return code
}
