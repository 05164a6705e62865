import type { Clock } from '../../../src/clock.ts'

export type TestClock = { now: Clock; advance: (milliseconds: number) => void }

/** A clock that stands still until it is advanced. */
export function createTestClock(): TestClock {
  let time = Date.UTC(2026, 0, 1)
  return {
    now: () => new Date(time),
    advance(milliseconds) {
      time += milliseconds
    },
  }
}
