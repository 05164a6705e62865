import type { Request } from 'express'
import { listPeople } from './people.ts'

const people = listPeople()

/** Options that also know a user by `?user_id=`. */
export const byUserId = {
  loadUserFromRequest: (req: Request) => people.get(String(req.query.user_id)) ?? null,
}

/** Options that know a user by the request alone: its query, else the id that logging in left in the session. */
export const byRequestAlone = {
  loadUser: null,
  loadUserFromRequest(req: Request) {
    const id = req.query.user_id ?? req.session.passport?.user
    return people.get(String(id)) ?? null
  },
}
