/** One remembered browser. Tokens are kept as hashes only. */
export type RememberSeries = {
  id: string
  loginId: string
  deviceId: string | null
  tokenHash: string
  previousHash: string | null
  /** When the current token was made out of the previous one; null for the first. */
  rotatedAt: Date | null
  /** When the current token was first seen, or null while it has not been. */
  seenAt: Date | null
  /** How many successors of the previous token the current one has superseded. */
  generation: number
  /** Which secret the current token was computed with. */
  keyId: string
  expiresAt: Date
}

export type Rotation = { to: string; keyId: string; at: Date }

/** What remember-me asks of a database. Each method is one atomic step. */
export type RememberStore = {
  create: (series: RememberSeries, now: Date) => Promise<void>
  /** Finds a series that may still log its user in, or null. */
  find: (id: string, now: Date) => Promise<RememberSeries | null>
  /** Makes `to` current, of generation 0, and `from` previous, only where `from` is still current. Whether it did. */
  rotate: (id: string, rotation: Rotation & { from: string }) => Promise<boolean>
  /** Makes `to` current in place of a token that was never seen, only where that is still of this generation. Whether it did. */
  supersede: (id: string, rotation: Rotation & Superseded) => Promise<boolean>
  /** Notes that the current token has been seen, only where it is current and had not been. */
  markSeen: (id: string, tokenHash: string, now: Date) => Promise<void>
  end: (id: string) => Promise<void>
}

export type Superseded = { tokenHash: string; generation: number }

/** For tests and first steps: it forgets with the process. */
export function createMemoryRememberStore(): RememberStore {
  const all = new Map<string, RememberSeries>()
  const change = (id: string, changes: Partial<RememberSeries>) => {
    const series = all.get(id)
    if (series) all.set(id, { ...series, ...changes })
  }
  return {
    create: async (series) => void all.set(series.id, series),
    async find(id, now) {
      const series = all.get(id)
      return series && series.expiresAt > now ? series : null
    },
    async rotate(id, { from, to, keyId, at }) {
      if (all.get(id)?.tokenHash !== from) return false
      const first = { generation: 0, seenAt: null, rotatedAt: at }
      change(id, { tokenHash: to, previousHash: from, keyId, ...first })
      return true
    },
    async supersede(id, { tokenHash, generation, to, keyId, at }) {
      const series = all.get(id)
      const isSame = series?.tokenHash === tokenHash && series.generation === generation
      if (!isSame || series.seenAt) return false
      change(id, { tokenHash: to, generation: generation + 1, keyId, rotatedAt: at })
      return true
    },
    async markSeen(id, tokenHash, now) {
      const series = all.get(id)
      if (series?.tokenHash === tokenHash && !series.seenAt) change(id, { seenAt: now })
    },
    end: async (id) => void all.delete(id),
  }
}
