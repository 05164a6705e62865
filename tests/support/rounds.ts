import { inject } from 'vitest'

/** How often a race is run. On SQLite one statement runs at a time, so that a third finds as much; PostgreSQL gets all. */
export function roundsOf(count: number): number {
  return inject('template').engine === 'postgresql' ? count : Math.ceil(count / 3)
}

/** How many of the seeded lives a model lives: it has no database, so one run of all is enough. */
export function livesOf(count: number): number {
  return inject('template').engine === 'postgresql' ? count : Math.ceil(count / 5)
}
