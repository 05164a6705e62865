import type { SessionLimits } from './session-rows.ts'

/** A request that came too soon after the last one to be written. */
export type LateVisit = { at: Date; createdAt: Date; limits: SessionLimits }

type Write = (id: string, visit: LateVisit) => Promise<unknown>

/** Keeps the latest visit of each session until it may be written: lost, it would end an active session early. */
export function createLateVisits(write: Write) {
  const waiting = new Map<string, { visit: LateVisit; timer: NodeJS.Timeout }>()

  function take(id: string): LateVisit | undefined {
    const kept = waiting.get(id)
    clearTimeout(kept?.timer)
    waiting.delete(id)
    return kept?.visit
  }

  async function writeNow(id: string): Promise<boolean> {
    const visit = take(id)
    if (visit) await write(id, visit)
    return visit !== undefined
  }

  return {
    forget: take,
    writeNow,
    keep(id: string, visit: LateVisit, wait: number): void {
      const kept = waiting.get(id)
      if (kept) {
        kept.visit = visit
        return
      }
      // A failure costs one session a minute at most, and there is no request to tell.
      const writeLate = () => void writeNow(id).catch(() => {})
      waiting.set(id, { visit, timer: setTimeout(writeLate, wait).unref() })
    },
    async writeAll(): Promise<void> {
      await Promise.allSettled([...waiting.keys()].map(writeNow))
    },
  }
}
