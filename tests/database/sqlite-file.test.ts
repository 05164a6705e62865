import { describe, expect, test } from 'vitest'
import { explainOpening } from '../../src/database/sqlite-file.ts'

const unfit = Object.assign(
  new Error(
    "The module '/app/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115.",
  ),
  { code: 'ERR_DLOPEN_FAILED' },
)
const missing = new Error('Could not locate the bindings file. Tried:\n → /app/one\n → /app/two')

describe('an SQLite file that cannot be opened', () => {
  test.each([
    [
      unfit,
      /different Node\.js version using NODE_MODULE_VERSION 115\. Run: npm rebuild better-sqlite3$/,
    ],
    [missing, /Could not locate the bindings file\. Run: npm rebuild better-sqlite3$/],
    [new Error('unable to open database file'), /^unable to open database file: \/data\/app\.db$/],
  ])('says why in one line, then what to do: %s', async (error, words) => {
    const opening = explainOpening('/data/app.db', () => {
      throw error
    })

    await expect(opening).rejects.toThrow(words)
  })
})
