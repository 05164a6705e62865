import type { Tables } from '../database/database.ts'

// Logging a device out and starting a session on it both write its row first, so one waits for the other:
// a request that was running during the logout then starts nothing.

/** Takes the tables of a transaction and the device that a login goes on at, null for a new one; false when it was logged out or revoked meanwhile. */
export async function holdDevice(tables: Tables, id: string | null | undefined): Promise<boolean> {
  if (!id) return true
  const unrevoked = { id, revokedAt: null }
  // It changes nothing: writing the row is what makes others wait.
  await tables.device.updateMany({ where: unrevoked, data: { revokedAt: null } })
  const isLoggedIn = { OR: [{ sessions: { some: {} } }, { series: { some: {} } }] }
  return (await tables.device.count({ where: { ...unrevoked, ...isLoggedIn } })) > 0
}

/** Takes the tables of a transaction and a device; ends whatever is logged in there, also what is only just being started. It stays a browser that is known. */
export async function emptyDevice(tables: Tables, id: string, now: Date): Promise<void> {
  await tables.device.updateMany({ where: { id }, data: { lastSeenAt: now } })
  await tables.rememberSeries.deleteMany({ where: { deviceId: id } })
  await tables.session.deleteMany({ where: { deviceId: id } })
}
