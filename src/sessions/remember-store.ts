import { changeTogether } from '../database/change-together.ts'
import type { Database } from '../database/database.ts'
import { holdDevice } from './device-hold.ts'
import { formatLoginId, parseLoginId } from './login-id.ts'

/** A remember series as the rest of the program sees it; auth/remember-store.ts says what each part means. */
export type StoredSeries = {
  id: string
  loginId: string
  deviceId: string | null
  tokenHash: string
  previousHash: string | null
  seenAt: Date | null
  keyId: string
  expiresAt: Date
}

type Row = Omit<StoredSeries, 'loginId'> & { userId: string; authEpoch: number }

/** Takes the database; returns remember series in it. Each method changes one row. */
export function createRememberStore(database: Database) {
  return {
    async create({ loginId, ...series }: StoredSeries, now: Date): Promise<void> {
      const owner = parseLoginId(loginId)
      if (!owner) throw new Error('A remember series needs the id of a user and its epoch')
      await changeTogether(database, async (tables) => {
        // Whoever logs out while they are being remembered is logged out.
        if (!(await holdDevice(tables, series.deviceId))) return
        await tables.rememberSeries.create({ data: { ...series, ...owner, createdAt: now } })
      })
    },

    /** Finds a series only while its user, its device and its epoch are all still good. */
    async find(id: string, now: Date): Promise<StoredSeries | null> {
      const [row] = await database.$queryRaw<Row[]>`
        SELECT r."id", r."userId", r."authEpoch", r."deviceId", r."tokenHash", r."previousHash",
          r."seenAt", r."keyId", r."expiresAt"
        FROM "RememberSeries" r
        JOIN "User" u ON u."id" = r."userId"
        LEFT JOIN "Device" d ON d."id" = r."deviceId"
        WHERE r."id" = ${id} AND r."expiresAt" > ${now}
          AND u."disabledAt" IS NULL AND u."deletionDueAt" IS NULL AND u."authEpoch" = r."authEpoch" AND d."revokedAt" IS NULL`
      return row ? toSeries(row) : null
    },

    async rotate(
      id: string,
      { from, to, keyId }: { from: string; to: string; keyId: string },
    ): Promise<boolean> {
      const { count } = await database.rememberSeries.updateMany({
        where: { id, tokenHash: from },
        data: { tokenHash: to, previousHash: from, keyId, seenAt: null },
      })
      return count === 1
    },

    async confirm(id: string, tokenHash: string, now: Date): Promise<void> {
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
