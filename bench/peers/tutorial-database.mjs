// The rows of tutorial.mjs, with better-sqlite3 or pg, and its session store, which does what connect-pg-simple
// and better-sqlite3-session-store do: one SELECT and one touch for a request.
import bcrypt from 'bcrypt'
import session from 'express-session'

const TABLES = [
  'CREATE TABLE IF NOT EXISTS users (id integer PRIMARY KEY, username text UNIQUE, hash text)',
  'CREATE TABLE IF NOT EXISTS events (id integer PRIMARY KEY, user_id integer, words text, at text, browser text)',
  'CREATE INDEX IF NOT EXISTS events_of_user ON events (user_id, id)',
  'CREATE TABLE IF NOT EXISTS sessions (sid text PRIMARY KEY, sess text, expire bigint)',
]

export async function openDatabase(url) {
  const query = await (url.startsWith('file:') ? openSqlite(url) : openPostgresql(url))
  for (const table of TABLES) await query(table)
  if ((await query('SELECT id FROM users LIMIT 1')).length === 0) await fill(query)
  const first = async (text, value) => (await query(text, [value]))[0]
  return {
    sessionStore: new RowStore(query),
    findUserByName: (name) => first('SELECT * FROM users WHERE username = $1', name),
    findUser: (id) => first('SELECT * FROM users WHERE id = $1', id),
    listEvents: (userId) =>
      query('SELECT * FROM events WHERE user_id = $1 ORDER BY id DESC LIMIT 5', [userId]),
  }
}

// Answers at once, as better-sqlite3 does.
async function openSqlite(url) {
  const { default: Database } = await import('better-sqlite3')
  const db = new Database(url.replace('file:', ''))
  db.pragma('journal_mode = WAL')
  const statements = new Map()
  return (text, values = []) => {
    if (!statements.has(text)) statements.set(text, db.prepare(text))
    const statement = statements.get(text)
    const named = Object.fromEntries(values.map((value, index) => [index + 1, value]))
    return statement.reader ? statement.all(named) : statement.run(named)
  }
}

async function openPostgresql(url) {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url })
  return async (text, values) => (await pool.query(text, values)).rows
}

async function fill(query) {
  const hash = await bcrypt.hash(process.env.BENCH_PASSWORD, 12)
  for (let id = 1; id <= 64; id++) {
    await query('INSERT INTO users VALUES ($1, $2, $3)', [id, `bench-${1_000_000 + id}`, hash])
    for (let event = 1; event <= 5; event++) {
      const values = [
        id * 10 + event,
        id,
        'Logged in',
        '2026-01-01T12:00:00.000Z',
        'Firefox on Linux',
      ]
      await query('INSERT INTO events VALUES ($1, $2, $3, $4, $5)', values)
    }
  }
}

class RowStore extends session.Store {
  constructor(query) {
    super()
    this.query = query
  }

  get(sid, done) {
    const rows = this.query('SELECT sess FROM sessions WHERE sid = $1 AND expire > $2', [
      sid,
      Date.now(),
    ])
    answer(rows, done, ([row]) => row && JSON.parse(row.sess))
  }

  set(sid, sess, done) {
    const text =
      'INSERT INTO sessions VALUES ($1, $2, $3) ON CONFLICT (sid) DO UPDATE SET sess = $2, expire = $3'
    answer(this.query(text, [sid, JSON.stringify(sess), Date.now() + sess.cookie.maxAge]), done)
  }

  touch(sid, sess, done) {
    const values = [Date.now() + sess.cookie.maxAge, sid]
    answer(this.query('UPDATE sessions SET expire = $1 WHERE sid = $2', values), done)
  }

  destroy(sid, done) {
    answer(this.query('DELETE FROM sessions WHERE sid = $1', [sid]), done)
  }
}

function answer(result, done, read = () => undefined) {
  if (!(result instanceof Promise)) return done(null, read(result))
  // Called back outside the promise, which would take an error there for its own.
  result.then(
    (rows) => setImmediate(done, null, read(rows)),
    (error) => setImmediate(done, error),
  )
}
