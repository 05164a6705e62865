/** A hash from the database whose format and numbers were understood. */
export type StoredHash = {
  /** Whether this is the format that new hashes are written in. */
  readonly isOurs: boolean
  /** Null where the work is not bcrypt's. */
  readonly bcryptCost: number | null
  /** Takes the password to the letter: how it may be spelled is for the caller to know. */
  matches(password: string): Promise<boolean>
}
