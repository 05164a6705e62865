import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { seconds } from '../src/durations.ts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/template-database.ts'],
    // Processes, not threads, as bcrypt and SQLite have theirs in a server. Each runs one file after the
    // other and keeps the program loaded: every file on its own would spend more time reading than testing.
    pool: 'forks',
    isolate: false,
    maxWorkers: '100%',
    testTimeout: seconds(20),
    hookTimeout: seconds(30),
  },
})
