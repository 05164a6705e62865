import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { changeTogether } from '../../src/database/change-together.ts'
import { openDatabase } from '../../src/database/database.ts'
import { migrateDatabase } from '../../src/database/migrate.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { userRow } from '../support/rows.ts'
import { runOnServer, testServer } from '../support/template-database.ts'

const canRun =
  inject('template').engine === 'postgresql' && spawnSync('pgbouncer', ['--version']).status === 0

const role = `role_${randomBytes(6).toString('hex')}`
const UNPRIVILEGED = 65_534

const findPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

const waitForPort = async (port: number): Promise<void> => {
  const isOpen = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
  while (!(await isOpen())) await setTimeout(50)
}

describe.runIf(canRun)('behind PgBouncer in transaction mode', () => {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  let pooler: ChildProcess
  let port = 0

  beforeAll(async () => {
    await runOnServer(testServer, `CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
    port = await findPort()
    const { hostname, port: serverPort } = new URL(testServer)
    const users = join(folder, 'users')
    writeFileSync(users, `"${role}" "secret"\n`)
    writeFileSync(
      join(folder, 'pgbouncer.ini'),
      `[databases]
* = host=${hostname} port=${serverPort || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
`,
    )
    chmodSync(folder, 0o755)
    // It refuses to run as root.
    const identity = userInfo().uid === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {}
    pooler = spawn('pgbouncer', [join(folder, 'pgbouncer.ini')], { stdio: 'ignore', ...identity })
    await waitForPort(port)
  })

  afterAll(async () => {
    const ended = new Promise((resolve) => pooler.once('exit', resolve))
    pooler.kill('SIGKILL')
    await ended
    await runOnServer(testServer, `DROP ROLE ${role}`)
    rmSync(folder, { recursive: true })
  })

  const openSchema = async () => {
    const { url, drop } = await createEmptyDatabase()
    onTestFinished(drop)
    await runOnServer(url, `CREATE SCHEMA app AUTHORIZATION ${role}`)
    const pooled = new URL(url)
    Object.assign(pooled, { username: role, password: 'secret', hostname: '127.0.0.1', port })
    pooled.search = '?schema=app'
    return { url, pooled: pooled.href }
  }

  test('a schema works once its role has it as search_path', async () => {
    const { pooled } = await openSchema()
    await runOnServer(testServer, `ALTER ROLE ${role} SET search_path = app`)
    onTestFinished(() => runOnServer(testServer, `ALTER ROLE ${role} RESET search_path`))

    await migrateDatabase(pooled)
    const database = await openDatabase(pooled)
    const users = Array.from({ length: 12 }, () => userRow())
    await Promise.all(
      users.map((data) =>
        changeTogether(database, async (tables) => {
          await tables.user.create({ data })
          await tables.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${data.id}`
        }),
      ),
    )
    const count = await database.$queryRaw`SELECT count(*)::int AS "count" FROM "User"`
    await database.close()

    expect(count).toEqual([{ count: 12 }])
  })

  // Before 1.21 it does not know prepared statements, and from then on as it is told.
  test('reads find their rows, whatever it makes of prepared statements', async () => {
    const { pooled } = await openSchema()
    await runOnServer(testServer, `ALTER ROLE ${role} SET search_path = app`)
    onTestFinished(() => runOnServer(testServer, `ALTER ROLE ${role} RESET search_path`))
    await migrateDatabase(pooled)
    const database = await openDatabase(pooled)
    const users = Array.from({ length: 40 }, () => userRow())
    await changeTogether(database, (tables) => tables.user.createMany({ data: users }))

    const read = ({ id }: { id: string }) =>
      database.read<{ id: string; createdAt: Date }>(
        'SELECT "id", "createdAt" FROM "User" WHERE "id" = $1 AND "createdAt" <= $2',
        [id, new Date()],
      )
    const found = [...(await Promise.all(users.map(read))), ...(await Promise.all(users.map(read)))]
    await database.close()

    const expected = users.map(({ id, createdAt }) => [{ id, createdAt }])
    expect(found).toEqual([...expected, ...expected])
  })

  test('a schema is refused with the line to run where the role does not have it', async () => {
    const { pooled } = await openSchema()

    await migrateDatabase(pooled)

    await expect(openDatabase(pooled)).rejects.toThrow(
      `Run: ALTER ROLE "${role}" SET search_path = "app";`,
    )
  })
})
