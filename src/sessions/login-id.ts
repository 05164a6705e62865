/** A user who is logged in, and the epoch: raising User.authEpoch ends whatever carries an older one. */
export type LoginId = { userId: string; authEpoch: number }

/** The text by which sessions and remember series name a user. */
export function formatLoginId({ id, authEpoch }: { id: string; authEpoch: number }): string {
  return `${id}.${authEpoch}`
}

export function parseLoginId(loginId: string | undefined): LoginId | null {
  const [userId, authEpoch] = loginId?.split('.') ?? []
  return userId && authEpoch ? { userId, authEpoch: Number(authEpoch) } : null
}
