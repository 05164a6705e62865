import type { Tables } from './database.ts'

// Logging out and going on at a device both write its row first: one of the two waits, and then sees
// what the other did. So a request under way cannot start anew what was ended while it ran.

/** Takes the tables of a transaction and the device that a login goes on at, null for a new one; says whether anything of it is left there to go on from. */
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
