import { changeTogether } from '../database/change-together.ts'
import { type Database, Prisma, type RememberSeries } from '../database/database.ts'
import { holdDevice } from './devices.ts'
import { endOldest } from './row-limits.ts'
import { formatLoginId, parseLoginId } from './session-rows.ts'

// auth/remember-store.ts says what each part and each step means. auth/ and sessions/ do not import each other.
type StoredSeries = Omit<RememberSeries, 'userId' | 'authEpoch' | 'createdAt'> & {
  loginId: string
}

const COLUMNS: Record<Exclude<keyof RememberSeries, 'createdAt'>, true> = {
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

type Row = Omit<RememberSeries, 'createdAt'>

type Rotation = { to: string; keyId: string; at: Date }
type Superseded = { tokenHash: string; generation: number }

/** Remember series in the database. Each method changes one row. */
export function createRememberStore(database: Database) {
  return {
    async create({ loginId, ...series }: StoredSeries, now: Date): Promise<void> {
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
    async find(id: string, now: Date): Promise<StoredSeries | null> {
      const [row] = await database.$queryRaw<Row[]>`
        SELECT ${SELECTED}
        FROM "RememberSeries" r
        JOIN "User" u ON u."id" = r."userId"
        LEFT JOIN "Device" d ON d."id" = r."deviceId"
        WHERE r."id" = ${id} AND r."expiresAt" > ${now}
          AND u."disabledAt" IS NULL AND u."deletionDueAt" IS NULL AND u."authEpoch" = r."authEpoch" AND d."revokedAt" IS NULL`
      return row ? toSeries(row) : null
    },

    async rotate(
      id: string,
      { from, to, keyId, at }: Rotation & { from: string },
    ): Promise<boolean> {
      const first = { generation: 0, seenAt: null, rotatedAt: at }
      const { count } = await database.rememberSeries.updateMany({
        where: { id, tokenHash: from },
        data: { tokenHash: to, previousHash: from, keyId, ...first },
      })
      return count === 1
    },

    async supersede(id: string, { tokenHash, generation, to, keyId, at }: Rotation & Superseded) {
      const { count } = await database.rememberSeries.updateMany({
        where: { id, tokenHash, generation, seenAt: null },
        data: { tokenHash: to, generation: generation + 1, keyId, rotatedAt: at },
      })
      return count === 1
    },

    async markSeen(id: string, tokenHash: string, now: Date): Promise<void> {
      await database.rememberSeries.updateMany({
        where: { id, tokenHash, seenAt: null },
        data: { seenAt: now },
      })
    },

    async end(id: string): Promise<void> {
      await changeTogether(database, (tables) =>
        tables.rememberSeries.deleteMany({ where: { id } }),
      )
    },
  }
}

function toSeries({ userId, authEpoch, ...series }: Row): StoredSeries {
  return { ...series, loginId: formatLoginId({ id: userId, authEpoch }) }
}
