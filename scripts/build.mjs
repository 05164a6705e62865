// Generates the database clients and compiles src/ to dist/. With --if-stale, as before `npm start`, only where
// dist/ was made from other sources: it can then start without the development dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'dist', 'stamp')
const files = ['package.json', 'tsconfig.json', 'prisma/schema.prisma', 'prisma/generate.mjs']

// Not by time: a checkout, a copy and an image each give files times of their own.
function describeSources() {
  const hash = createHash('sha256')
  for (const path of [...files, ...listSources()]) {
    hash.update(`${path}\n`).update(readFileSync(join(root, path)))
  }
  return hash.digest('hex')
}

function listSources() {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  return sources
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

function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/package.json')
  } catch {
    return null
  }
}

function build(compiler) {
  const stamp = describeSources()
  rmSync(stampFile, { force: true })
  run(join(root, 'prisma/generate.mjs'))
  run(join(compiler, '../bin/tsc'), '-p', 'src')
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stampFile, stamp)
}

function run(...words) {
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (process.argv.includes('--if-stale') && isBuilt()) process.exit(0)
const compiler = findCompiler()
if (compiler) build(compiler)
else {
  process.stderr.write(
    'dist/ was not made from these sources, and the compiler is not installed. Run: npm ci && npm run build && npm prune --omit=dev\n',
  )
  process.exit(1)
}
