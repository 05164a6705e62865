import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, createBench, type Part } from './bench.ts'
import { compareGrowth } from './growth.ts'
import { compareLoginRates } from './logins.ts'
import { compareDashboards, compareLogins } from './pages.ts'
import { say } from './report.ts'
import { watchMemory } from './soak.ts'
import { prepareStacks } from './stacks.ts'
import { compareStarts } from './start.ts'
import { compareStorms } from './storm.ts'

// npm run bench: everything, into bench/results.md. npm run bench -- dashboard storm: some parts, only printed.

const PARTS: Record<string, { title: string; measure: Part }> = {
  dashboard: { title: 'GET /dashboard, logged in, 16 connections', measure: compareDashboards },
  login: { title: 'GET /login as a stranger, 16 connections', measure: compareLogins },
  start: { title: 'Start and idle memory', measure: compareStarts },
  storm: { title: '32 clients log in while four read the dashboard', measure: compareStorms },
  logins: { title: 'Logins while a visitor reads ten pages a second', measure: compareLoginRates },
  memory: { title: 'Memory under mixed load', measure: watchMemory },
  users: { title: 'GET /dashboard among many users', measure: compareGrowth },
}

const HOW_TO_READ = `Medians [min–max] of the rounds, in which the programs take turns. Believe the ratios: absolute numbers
belong to the machine. A ratio closer to 1 than the rounds are to each other is called "no difference". CPU is that of
the server's processes, without PostgreSQL's. Each has one process; this app runs as \`npm start\` runs it, in
production.`

const RESULTS = join(import.meta.dirname, 'results.md')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '1' },
  },
})
const names = positionals.length > 0 ? positionals : Object.keys(PARTS)
const unknown = names.filter((name) => !(name in PARTS))
const isNumeric = Object.values(values).every((value) => Number(value) > 0)
if (unknown.length > 0 || !isNumeric) {
  const parts = Object.keys(PARTS).join(' ')
  process.stderr.write(
    `Usage: npm run bench -- [--rounds N] [--seconds N] [--minutes N] [${parts}]\n`,
  )
  process.exit(1)
}

const loadBefore = loadavg()[0] ?? 0
const bench = createBench({
  rounds: Number(values.rounds),
  roundMilliseconds: Number(values.seconds) * 1000,
  soakMinutes: Number(values.minutes),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => bench.end().finally(() => process.exit(1)))
}
const results = await runParts(bench, names).finally(bench.end)
say(`\n${results}`)
if (positionals.length === 0) writeFileSync(RESULTS, results)

async function runParts(bench: Bench, names: string[]): Promise<string> {
  const { stacks, leftOut } = await prepareStacks(bench)
  const sections: string[] = []
  for (const name of names) {
    const { title, measure } = PARTS[name] as { title: string; measure: Part }
    say(title)
    sections.push(`## ${title}`, ...(await measure(bench, stacks)))
  }
  const head = ['# Results of `npm run bench`', describeMachine(), HOW_TO_READ]
  const left = leftOut.map((line) => `Left out: ${line}.`)
  return `${[...head, ...left, ...sections].join('\n\n')}\n`
}

function describeMachine(): string {
  const cpu = `${availableParallelism()} cores of ${cpus()[0]?.model}`
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const date = new Date().toISOString().slice(0, 10)
  const load = `The machine was ${loadBefore < 0.5 ? 'quiet' : '**busy**'} before (load ${loadBefore.toFixed(1)}).`
  return `${date}, Node ${process.version}, ${cpu}, ${memory}. ${load}`
}
