// Derives the PostgreSQL schema from schema.prisma and generates both clients. Does nothing, quickly,
// when neither the models nor Prisma changed: every npm script that compiles or tests calls it first.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

const here = import.meta.dirname
const sqliteSchema = join(here, 'schema.prisma')
const postgresqlSchema = join(here, 'postgresql', 'schema.prisma')
const generated = join(here, '..', 'src', 'database', 'generated')
const stampFile = join(generated, 'stamp')
const require = createRequire(import.meta.url)

function describeInputs() {
  const prismaPackage = require.resolve('prisma/package.json')
  const inputs = [sqliteSchema, import.meta.filename, prismaPackage].map((file) =>
    readFileSync(file),
  )
  return inputs.reduce((hash, input) => hash.update(input), createHash('sha256')).digest('hex')
}

function isUpToDate(stamp) {
  try {
    readFileSync(postgresqlSchema)
    return readFileSync(stampFile, 'utf8') === stamp
  } catch {
    return false
  }
}

function replaceOnce(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`schema.prisma must hold ${from} exactly once`)
  return text.replace(from, to)
}

function derivePostgresqlSchema() {
  const models = readFileSync(sqliteSchema, 'utf8')
  const provided = replaceOnce(models, '"sqlite"', '"postgresql"')
  const derived = replaceOnce(
    provided,
    '"../src/database/generated/sqlite"',
    '"../../src/database/generated/postgresql"',
  )
  mkdirSync(join(here, 'postgresql'), { recursive: true })
  writeFileSync(
    postgresqlSchema,
    `// Derived by generate.mjs. Edit ../schema.prisma instead.\n${derived}`,
  )
}

async function generateClient(schema) {
  const env = {
    ...process.env,
    // Without it Prisma downloads its native schema engine, which generating never starts.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  }
  const prisma = require.resolve('prisma/build/index.js')
  const args = [prisma, 'generate', '--no-hints', '--schema', schema]
  await promisify(execFile)(process.execPath, args, { env, cwd: join(here, '..') })
}

async function generateClients(stamp) {
  rmSync(stampFile, { force: true })
  derivePostgresqlSchema()
  await Promise.all([sqliteSchema, postgresqlSchema].map(generateClient))
  writeFileSync(stampFile, stamp)
}

function report(failure) {
  const said = `${failure.stdout ?? ''}${failure.stderr ?? ''}`
  process.stderr.write(said || `${failure.stack}\n`)
  process.exitCode = 1
}

const stamp = describeInputs()
if (!isUpToDate(stamp)) await generateClients(stamp).catch(report)
