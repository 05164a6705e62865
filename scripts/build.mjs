// Generates the database clients and bundles src/ into dist/. With --if-stale, as before `npm start`, only where
// dist/ was made from other sources: it can then start without the development dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, dist, root } from './bundle.mjs'
import { findUnsafeBinary } from './sqlite-binary.mjs'

const stampFile = join(dist, 'stamp')
const files = [
  'package.json',
  'package-lock.json',
  'prisma/generate.mjs',
  'prisma/schema.prisma',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
  'scripts/sqlite-binary.mjs',
  'tsconfig.json',
]

// Not by time: a checkout, a copy and an image each give files times of their own.
function describeSources() {
  const hash = createHash('sha256')
  for (const path of [...files, ...listSources()]) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function listSources() {
  return ['public', 'src']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !path.startsWith(join('src', 'database', 'generated')))
    .sort()
}

function isBuilt() {
  // Deployed without its sources.
  if (!existsSync(join(root, 'src'))) return true
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === describeSources()
}

function loadBundler() {
  return import('esbuild').catch(() => null)
}

async function build(bundler) {
  const stamp = describeSources()
  const generate = spawnSync(process.execPath, [join(root, 'prisma/generate.mjs')], {
    stdio: 'inherit',
  })
  if (generate.status !== 0) process.exit(generate.status ?? 1)
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  // It has said what is wrong.
  await bundler.build(bundle).catch(() => process.exit(1))
  writeFileSync(stampFile, stamp)
  const warning = findUnsafeBinary(root)
  if (warning) process.stderr.write(`${warning}\n`)
}

if (process.argv.includes('--if-stale') && isBuilt()) process.exit(0)
const bundler = await loadBundler()
if (bundler) await build(bundler)
else {
  process.stderr.write(
    'dist/ was not made from these sources, and the bundler is not installed. Run: npm ci --include=dev && npm run build && npm prune --omit=dev\n',
  )
  process.exit(1)
}
