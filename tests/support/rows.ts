import { randomUUID } from 'node:crypto'
import type { User } from '../../src/database/database.ts'

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

/** The row of a user who differs from every other; say only what matters to the test. */
export const userRow = (changes: Partial<User> = {}): User => {
  const id = randomUUID()
  return {
    id,
    username: id,
    usernameKey: id,
    email: `${id}@example.org`,
    emailKey: `${id}@example.org`,
    name: null,
    passwordHash: null,
    authEpoch: 0,
    disabledAt: null,
    emailVerifiedAt: null,
    deletionDueAt: null,
    createdAt: LONG_AGO,
    ...changes,
    // A column that is added later is left to its default.
  } as User
}
