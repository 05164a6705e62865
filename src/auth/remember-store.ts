/** One remembered browser. Tokens are kept as hashes only; times are dates. */
export type RememberSeries = {
  id: string
  loginId: string
  deviceId: string | null
  tokenHash: string
  previousHash: string | null
  /** When the current token was first seen, or null while it has not been. */
  seenAt: Date | null
  /** Which secret the current token was computed with. */
  keyId: string
  expiresAt: Date
}

export type Rotation = { from: string; to: string; keyId: string }

/** What remember-me asks of a database. Each method is one atomic step. */
export type RememberStore = {
  create: (series: RememberSeries, now: Date) => Promise<void>
  /** Finds a series that may still log its owner in, or null. */
  find: (id: string, now: Date) => Promise<RememberSeries | null>
  /** Makes `to` current and `from` previous, only where `from` is still current; says whether it did. */
  rotate: (id: string, rotation: Rotation) => Promise<boolean>
  /** Notes that the current token has been seen, only where it is current and had not been. */
  confirm: (id: string, tokenHash: string, now: Date) => Promise<void>
  end: (id: string) => Promise<void>
}

/** Returns a store in memory, for tests and first steps: it forgets with the process. */
export function createMemoryRememberStore(): RememberStore {
  const all = new Map<string, RememberSeries>()
  const change = (id: string, changes: Partial<RememberSeries>) => {
    const series = all.get(id)
    if (series) all.set(id, { ...series, ...changes })
  }
  return {
    create: async (series) => void all.set(series.id, series),
    find: async (id, now) => aliveOrNull(all.get(id), now),
    async rotate(id, { from, to, keyId }) {
      if (all.get(id)?.tokenHash !== from) return false
      change(id, { tokenHash: to, previousHash: from, keyId, seenAt: null })
      return true
    },
    async confirm(id, tokenHash, now) {
      const series = all.get(id)
      if (series?.tokenHash === tokenHash && !series.seenAt) change(id, { seenAt: now })
    },
    end: async (id) => void all.delete(id),
  }
}

function aliveOrNull(series: RememberSeries | undefined, now: Date): RememberSeries | null {
  return series && series.expiresAt > now ? series : null
}
