import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

// Runs what `npm test` promises: everything that this machine has the means for, and at the end the
// names of what it had none for. With CI=true nothing may be left out.

const LOCAL_POSTGRESQL = 'postgresql://postgres@127.0.0.1:5432/postgres'
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const VITEST = ['vitest', 'run', '--config', 'tests/vitest.config.ts']
const WITHOUT_BROWSER = ['--exclude', 'tests/browser/**']

const PARTS = {
  types: () => run('tsc', '-p', '.'),
  lint: () => run('biome', 'check'),
  sqlite: () => run(...VITEST, ...WITHOUT_BROWSER),
  browser: () => run(...VITEST, 'tests/browser'),
  postgres: () =>
    runWith(
      { TEST_ENGINE: 'postgresql', TEST_DATABASE_URL: postgresql },
      ...VITEST,
      ...WITHOUT_BROWSER,
    ),
}

const MISSING = {
  browser: existsSync(CHROMIUM) ? null : `no Chromium at ${CHROMIUM} (CHROMIUM_PATH names another)`,
  postgres: process.env.TEST_DATABASE_URL
    ? null
    : 'no PostgreSQL server that TEST_DATABASE_URL names',
}

const postgresql = process.env.TEST_DATABASE_URL ?? LOCAL_POSTGRESQL
const asked = process.argv.slice(2)
const isWhole = asked.length === 0
const wanted = isWhole ? Object.keys(PARTS) : asked
const leftOut = isWhole ? wanted.filter((part) => MISSING[part]) : []
const failed = wanted.filter((part) => !leftOut.includes(part) && !PARTS[part]())

for (const part of leftOut) say(`Left out: the ${part} tests, as there is ${MISSING[part]}`)
for (const part of failed) say(`Failed: ${part}`)
const isIncomplete = leftOut.length > 0 && process.env.CI === 'true'
if (isIncomplete) say('With CI=true nothing may be left out.')
process.exitCode = failed.length > 0 || isIncomplete ? 1 : 0

function run(...command) {
  return runWith({}, ...command)
}

function runWith(variables, ...command) {
  const env = { ...process.env, ...variables }
  return spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit', env }).status === 0
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
