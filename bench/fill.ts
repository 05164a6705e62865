import Database from 'better-sqlite3'
import pg from 'pg'
import type { Bench } from './bench.ts'
import { createClient } from './client.ts'
import { type Stack, startServer } from './server.ts'
import { BEFORE_FIRST, PASSWORD } from './visitors.ts'

type Query = (sql: string) => Promise<Record<string, unknown>[]>
type Copy = { table: string; columns: [string, ...string[]] }
type Counts = { users: number; eventsOfEach: number }

// The columns of which each copy has a value of its own, the key first.
const COPIES: Copy[] = [
  { table: 'User', columns: ['id', 'username', 'usernameKey', 'email', 'emailKey'] },
  { table: 'Device', columns: ['id', 'userId'] },
  { table: 'Session', columns: ['idHash', 'userId', 'deviceId'] },
  { table: 'SecurityEvent', columns: ['id', 'userId', 'deviceId'] },
]

/** Registers one user on the page and copies all their rows with SQL: so the bench names no column that may change. */
export async function fillOurDatabase(bench: Bench, stack: Stack, counts: Counts): Promise<void> {
  const server = await startServer(bench, stack)
  await registerFirst(server.port)
  await server.stop()
  const fill = stack.databaseUrl.startsWith('file:') ? fillSqlite : fillPostgresql
  await fill(stack.databaseUrl, counts)
}

async function registerFirst(port: number): Promise<void> {
  const client = createClient(port)
  const _csrf = await client.readToken('/register')
  const secrets = { _csrf, password: PASSWORD, confirm: PASSWORD }
  const names = { username: 'bench', email: 'bench@example.org' }
  const { status } = await client.post('/register', { ...names, ...secrets })
  if (status !== 303) throw new Error(`Registering was answered with ${status}`)
}

async function fillSqlite(url: string, counts: Counts): Promise<void> {
  const db = new Database(url.replace('file:', ''))
  db.pragma('journal_mode = OFF')
  db.pragma('cache_size = -500000')
  await copyRows(counts, async (sql) => {
    const statement = db.prepare<[], Record<string, unknown>>(sql)
    if (statement.reader) return statement.all()
    statement.run()
    return []
  })
  db.close()
}

async function fillPostgresql(url: string, counts: Counts): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // When the run is interrupted the database goes away under it.
  client.on('error', () => {})
  await client.connect()
  await copyRows(counts, async (sql) => (await client.query(sql)).rows)
  // Else the server does it by itself in the middle of what is measured.
  await client.query('VACUUM ANALYZE')
  await client.query('CHECKPOINT')
  await client.end()
}

async function copyRows({ users, eventsOfEach }: Counts, query: Query): Promise<void> {
  for (const copy of COPIES) {
    const [first = {}] = await query(`SELECT * FROM "${copy.table}" LIMIT 1`)
    const times = copy.table === 'SecurityEvent' ? eventsOfEach : 1
    for (let time = 1; time <= times; time++) {
      const suffix = time === 1 ? '' : `-${time}`
      await query(writeCopy(copy, Object.keys(first), { users, suffix }))
    }
  }
}

function writeCopy(
  { table, columns: [key, ...others] }: Copy,
  all: string[],
  { users, suffix }: { users: number; suffix: string },
): string {
  const values = all.map((name) => {
    if (name === key) return `"${name}" || '-' || i || '${suffix}'`
    return others.includes(name) ? `"${name}" || '-' || i` : `"${name}"`
  })
  const names = all.map((name) => `"${name}"`)
  return `
    WITH RECURSIVE numbers(i) AS (
      SELECT ${BEFORE_FIRST} + 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${BEFORE_FIRST + users}
    )
    INSERT INTO "${table}" (${names.join(', ')})
    SELECT ${values.join(', ')} FROM (SELECT * FROM "${table}" LIMIT 1) AS first, numbers`
}
