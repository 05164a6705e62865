// Said once, as what one list leaves out and another forgets would be shown. Add a new secret here and nowhere else.

/** What would help to log in as a user: not even their own export has it. */
export const SECRET_COLUMNS = { passwordHash: true } as const

/** Columns of a user that neither a page nor a list of the operator is given: the secret ones, and what decides who is the same. */
export const HIDDEN_COLUMNS = { ...SECRET_COLUMNS, usernameKey: true, emailKey: true } as const
