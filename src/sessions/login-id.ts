/** Who is logged in, and the epoch under which: raising User.authEpoch ends whatever carries an older one. */
export type LoginId = { userId: string; authEpoch: number }

/** Takes a user; returns the text that sessions and remember series name it by. */
export function formatLoginId({ id, authEpoch }: { id: string; authEpoch: number }): string {
  return `${id}.${authEpoch}`
}

/** Takes what formatLoginId made; returns its parts, or null. */
export function parseLoginId(loginId: string | undefined): LoginId | null {
  const [userId, authEpoch] = loginId?.split('.') ?? []
  return userId && authEpoch ? { userId, authEpoch: Number(authEpoch) } : null
}
