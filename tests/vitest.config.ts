import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { seconds } from '../src/durations.ts'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/template-database.ts'],
    // Processes, not threads: each file gets a bcrypt and an SQLite of its own, as a server has.
    pool: 'forks',
    testTimeout: seconds(20),
    hookTimeout: seconds(30),
  },
})
