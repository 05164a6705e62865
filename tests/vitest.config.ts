import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { minutes } from '../src/durations.ts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/template-database.ts', 'tests/programs/support/built-server.ts'],
    // Processes, not threads, as bcrypt and SQLite have theirs in a server. Each runs one file after the
    // other and keeps the program loaded: every file on its own would spend more time reading than testing.
    pool: 'forks',
    isolate: false,
    // Less than a third of the garbage collections, in three quarters of their time.
    execArgv: ['--max-semi-space-size=64'],
    // One more than there are cores: some tests wait, for a lock or a deadline.
    maxWorkers: availableParallelism() + 1,
    // Never the measure of anything: a busy machine may take its time.
    testTimeout: minutes(1),
    hookTimeout: minutes(1),
  },
})
