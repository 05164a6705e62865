import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

// Several files name the versions of Node that this runs on.

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
const oldest = packageJson.engines.node.split(' || ').map((range) => range.replace(/^\D+/, ''))

test('the README and the workflow name the versions of Node in package.json', () => {
  const majors = oldest.map((version) => version.split('.')[0])

  for (const version of oldest) expect(read('README.md')).toContain(version)
  expect(read('.github/workflows/ci.yml')).toContain(`node: [${majors.join(', ')}]`)
})

test('the types and the bundle are those of the oldest Node', () => {
  const [first = ''] = oldest

  expect(packageJson.devDependencies['@types/node']).toMatch(
    new RegExp(`^${first.split('.')[0]}\\.`),
  )
  expect(read('scripts/bundle.mjs')).toContain(`node${first}`)
})
