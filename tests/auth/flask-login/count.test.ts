import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

// Flask-Login's suite asserts 182 behaviours; these are plumbing of Python, Flask or its test client.
const isPlumbing = (n: number) => [3, 4, 122, 150, 151, 152, 161].includes(n) || n >= 172

const folder = new URL('.', import.meta.url)
const numbers = readdirSync(folder)
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .flatMap((text) => [...text.matchAll(/^ +test\(\s*'(\d+)\. /gm)].map((found) => Number(found[1])))

describe('the behaviours of Flask-Login', () => {
  test('are all here, each once', () => {
    const wanted = Array.from({ length: 182 }, (_, index) => index + 1).filter(
      (n) => !isPlumbing(n),
    )

    expect(numbers.toSorted((one, other) => one - other)).toEqual(wanted)
    expect(wanted).toHaveLength(164)
  })
})
