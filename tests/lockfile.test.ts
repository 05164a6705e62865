import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

type Locked = { dev?: boolean; resolved?: string; integrity?: string; link?: boolean }

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const { packages }: { packages: Record<string, Locked> } = read('package-lock.json')
/** In bytes; 0 for an optional package that this machine has no use for. */
function sizeOf(folder: string): number {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
}
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

  test('leaves at most 150 MB of packages to `npm prune --omit=dev`', () => {
    const kept = locked.filter(([, { dev }]) => !dev).map(([path]) => path)
    const sizes = kept.map((path) => sizeOf(fileURLToPath(new URL(`../${path}`, import.meta.url))))

    expect(kept).toContain('node_modules/better-sqlite3')
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150e6)
  })
})
