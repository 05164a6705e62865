import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readEnv } from '../../src/settings/environment.ts'

describe('.env.example', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)]

  test('says the defaults as they are', () => {
    const { SESSION_SECRET: _, ...said } = Object.fromEntries(
      listed.map(([, name, value]) => [name, value ?? '']),
    )

    expect(listed).toHaveLength(20)
    expect(readEnv(said)).toEqual(readEnv({}))
  })
})
