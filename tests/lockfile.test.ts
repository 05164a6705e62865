import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

type Locked = { version?: string; resolved?: string; integrity?: string; link?: boolean }

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const { packages }: { packages: Record<string, Locked> } = read('package-lock.json')
const locked = Object.entries(packages).filter(([path]) => path !== '')

describe('the lockfile', () => {
  test('knows every package by what is in it', () => {
    const loose = locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))

    expect(locked.length).toBeGreaterThan(100)
    expect(loose.map(([path]) => path)).toEqual([])
  })

  test('takes no package from anywhere but the registry that npm is told', () => {
    const elsewhere = locked.filter(([, { resolved, link }]) => resolved !== undefined || link)

    expect(elsewhere.map(([path]) => path)).toEqual([])
  })
})
