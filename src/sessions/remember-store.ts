import type { RememberSeries, RememberStore } from '../auth/remember-store.ts'
import { latestPossible } from '../clock.ts'
import { changeTogether } from '../database/change-together.ts'
import { type Database, Prisma, type RememberSeries as StoredSeries } from '../database/database.ts'
import { holdDevice } from './devices.ts'
import { endOldest } from './row-limits.ts'
import { formatLoginId, parseLoginId } from './session-rows.ts'

type Row = Omit<StoredSeries, 'createdAt'>

const COLUMNS: Record<keyof Row, true> = {
  id: true,
  userId: true,
  authEpoch: true,
  deviceId: true,
  tokenHash: true,
  previousHash: true,
  rotatedAt: true,
  seenAt: true,
  generation: true,
  keyId: true,
  expiresAt: true,
}

const SELECTED = Prisma.raw(
  Object.keys(COLUMNS)
    .map((column) => `r."${column}"`)
    .join(', '),
)

/** Remember series in the database. Each method changes one row. */
export function createRememberStore(database: Database): RememberStore {
  return {
    async create({ loginId, ...series }, now) {
      const user = parseLoginId(loginId)
      if (!user) throw new Error('A remember series needs the id of a user and its epoch')
      await changeTogether(database, async (tables) => {
        // Logging out in the meantime wins.
        if (!(await holdDevice(tables, series.deviceId))) return
        await tables.rememberSeries.create({ data: { ...series, ...user, createdAt: now } })
        await endOldest(tables, 'RememberSeries', series.deviceId, now)
      })
    },

    /** Finds a series only while its user, its device and its epoch are all still good. */
    async find(id, now) {
      const [row] = await database.$queryRaw<Row[]>`
        SELECT ${SELECTED}
        FROM "RememberSeries" r
        JOIN "User" u ON u."id" = r."userId"
        LEFT JOIN "Device" d ON d."id" = r."deviceId"
        WHERE r."id" = ${id} AND r."expiresAt" > ${now} AND r."createdAt" <= ${latestPossible(now)}
          AND u."disabledAt" IS NULL AND u."deletionDueAt" IS NULL AND u."authEpoch" = r."authEpoch" AND d."revokedAt" IS NULL`
      return row ? toSeries(row) : null
    },

    async rotate(id, { from, to, keyId, at }) {
      const first = { generation: 0, seenAt: null, rotatedAt: at }
      const { count } = await database.rememberSeries.updateMany({
        where: { id, tokenHash: from },
        data: { tokenHash: to, previousHash: from, keyId, ...first },
      })
      return count === 1
    },

    async supersede(id, { tokenHash, generation, to, keyId, at }) {
      const { count } = await database.rememberSeries.updateMany({
        where: { id, tokenHash, generation, seenAt: null },
        data: { tokenHash: to, generation: generation + 1, keyId, rotatedAt: at },
      })
      return count === 1
    },

    async markSeen(id, tokenHash, now) {
      await database.rememberSeries.updateMany({
        where: { id, tokenHash, seenAt: null },
        data: { seenAt: now },
      })
    },

    async end(id) {
      await changeTogether(database, (tables) =>
        tables.rememberSeries.deleteMany({ where: { id } }),
      )
    },
  }
}

function toSeries({ userId, authEpoch, ...series }: Row): RememberSeries {
  return { ...series, loginId: formatLoginId({ id: userId, authEpoch }) }
}
